#include <algorithm>
#include <array>

#include "engine/policy/policy_hot.hpp"
#include "engine/policy/simulator_parts.hpp"
#include "engine/therapy/choice.hpp"

/// What treatment costs and its adverse events take away, infusion by infusion.
namespace vcohort {

namespace {

constexpr double days_per_year = days_per_month * months_per_year;

}  // namespace

/// Adds an amount over the lanes to a component of the cost, as it is and times its discount.
void PolicySimulator::add_part(std::size_t s, CostComponent component, double discount, double amount,
                               Workspace::Memory& work) const {
  const std::size_t place = s * cost_components + place_of(component);
  work.out.component[place] += discount * amount;
  work.out.component_undiscounted[place] += amount;
}

/// What an infusion is made of, for so many living children who get it in full, and as it was changed.
void PolicySimulator::add_parts(std::size_t s, const Infusion& infusion, double alive_in_full, double alive_changed,
                                Workspace::Memory& work) const {
  for (std::size_t part = 0; part < cost_components; ++part)
    add_part(s, static_cast<CostComponent>(part), infusion.discount_cost,
             alive_in_full * infusion.parts_in_full[part] + alive_changed * infusion.parts_changed[part], work);
}

/// What an infusion costs each child, times its survival: in work.scratch.
void PolicySimulator::weigh_infusion(const Plan& plan, std::size_t s, std::size_t j, Workspace::Memory& work) const {
  const Infusion& infusion = plan.infusions[j];
  const Lanes<double>& alive = work.alive_at_infusion[infusion.time];
  const int lanes = work.child.patient.lanes;
  if (plan.therapy.categories().by_tolerance)
    infusion_kernel(lanes, alive.data(), work.harm[s].infusions_before_change.data(), static_cast<int>(j),
                    infusion.in_full, infusion.changed, work.scratch.data());
  else
    for (int i = 0; i < lanes; ++i) work.scratch[i] = alive[i] * infusion.in_full;
}

void PolicySimulator::add_infusions(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const Plan& plan = model.plans[s];
  const int lanes = work.child.patient.lanes;
  double* treatment = work.out.treatment_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  const bool by_tolerance = plan.therapy.categories().by_tolerance;
  for (std::size_t j = 0; j < plan.infusions.size(); ++j) {
    const Infusion& infusion = plan.infusions[j];
    if (!by_tolerance) {  // the same for all: their sum is known
      add_scaled_kernel(lanes, infusion.discount_cost * infusion.in_full, work.alive_at_infusion[infusion.time].data(),
                        work.out.cost[s].data());
      treatment[infusion.year] += infusion.in_full * work.sum_at_infusion[infusion.time];
      add_parts(s, infusion, work.sum_at_infusion[infusion.time], 0, work);
      continue;
    }
    weigh_infusion(plan, s, j, work);
    add_scaled_kernel(lanes, infusion.discount_cost, work.scratch.data(), work.out.cost[s].data());
    treatment[infusion.year] += sum_of(work.scratch, lanes);
    double in_full = 0, changed = 0;
    for (int i = 0; i < lanes; ++i)
      (static_cast<int>(j) < work.harm[s].infusions_before_change[i] ? in_full : changed) +=
          work.alive_at_infusion[infusion.time][i];
    add_parts(s, infusion, in_full, changed, work);
  }
}

/// Rehabilitation and procedures, each at its time; who is not eligible costs what everybody receives.
void PolicySimulator::add_besides(const Plan& plan, std::size_t s, Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  double* treatment = work.out.treatment_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  for (const Beside& beside : plan.besides) {
    const Lanes<double>& alive = work.alive_at_infusion[beside.time];
    double eligible = 0, others = 0;
    for (int i = 0; i < lanes; ++i) (work.load.eligible[i] ? eligible : others) += alive[i];
    double of_eligible = 0, of_others = 0;
    for (std::size_t part = 0; part < cost_components; ++part) {
      of_eligible += beside.of_eligible[part];
      of_others += beside.of_others[part];
      const double amount = eligible * beside.of_eligible[part] + others * beside.of_others[part];
      add_part(s, static_cast<CostComponent>(part), beside.discount_cost, amount, work);
      treatment[beside.year] += amount;
    }
    for (int i = 0; i < lanes; ++i) {
      work.out.cost[s][i] += beside.discount_cost * alive[i] * (work.load.eligible[i] ? of_eligible : of_others);
      if (!qaly || beside.loss == 0 || !work.load.eligible[i]) continue;
      work.out.effect[s][i] -= beside.discount_effect * alive[i] * beside.loss;
      work.undiscounted[s][i] -= alive[i] * beside.loss;
    }
  }
}

/// Related adverse events. Background events are the same under every strategy: the cost of care and the utility of the
/// level contain them.
void PolicySimulator::add_events(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const Plan& plan = model.plans[s];
  double* treatment = work.out.treatment_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  for (const AdverseEvent& event : work.harm[s].events) {
    const Infusion& infusion = plan.infusions[event.infusion];
    const auto grade = static_cast<std::size_t>(event.grade - 1);
    const double alive = work.alive_at_infusion[infusion.time][event.lane];
    const double cost = alive * p.event_cost[grade];
    treatment[infusion.year] += cost;
    work.out.cost[s][event.lane] += infusion.discount_cost * cost;
    add_part(s, CostComponent::events, infusion.discount_cost, cost, work);
    if (!qaly) continue;
    work.out.effect[s][event.lane] -=
        infusion.discount_effect * alive * p.event_loss[grade] * (event.days / days_per_year);
    work.undiscounted[s][event.lane] -= alive * p.event_loss[grade] * (event.days / days_per_year);
  }
}

/// A child gets what the chosen strategy gives it, bit for bit, and pays for the measurement of the marker.
void PolicySimulator::choose_between(const Model& model, std::uint32_t replicate, std::size_t s,
                                     Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  const auto years = static_cast<std::size_t>(cycles_.years);
  const double measurement = cost_of(s).once.value_or(0);
  choose(study_.seed, replicate, *study_.strategies[s].choice, work.child.patient, work.chosen.data());
  for (int i = 0; i < lanes; ++i) {
    const std::size_t option = options_[s][work.chosen[i]];
    work.out.cost[s][i] = work.out.cost[option][i] + measurement;
    work.out.effect[s][i] = work.out.effect[option][i];
    work.undiscounted[s][i] = work.undiscounted[option][i];
  }
  // The cost of care follows the level alone here (io/study refuses the other case), so that all strategies share it.
  std::copy_n(work.out.care_cost.begin() + static_cast<std::ptrdiff_t>(options_[s][0] * years), years,
              work.out.care_cost.begin() + static_cast<std::ptrdiff_t>(s * years));
  double* treatment = work.out.treatment_cost.data() + s * years;
  treatment[0] += measurement * lanes;
  add_part(s, CostComponent::measurement, 1, measurement * lanes, work);
  const std::size_t care = place_of(CostComponent::care);
  for (auto* parts : {&work.out.component, &work.out.component_undiscounted})
    (*parts)[s * cost_components + care] = (*parts)[options_[s][0] * cost_components + care];
  for (std::size_t pick = 0; pick < options_[s].size(); ++pick) {
    const std::size_t option = options_[s][pick];
    const Plan& plan = model.plans[option];
    for (std::size_t j = 0; j < plan.infusions.size(); ++j) {
      const Infusion& infusion = plan.infusions[j];
      weigh_infusion(plan, option, j, work);
      double in_full = 0, changed = 0;
      for (int i = 0; i < lanes; ++i) {
        if (work.chosen[i] != pick) continue;
        treatment[infusion.year] += work.scratch[i];
        const bool before = !plan.therapy.categories().by_tolerance ||
                            static_cast<int>(j) < work.harm[option].infusions_before_change[i];
        (before ? in_full : changed) += work.alive_at_infusion[infusion.time][i];
      }
      add_parts(s, infusion, in_full, changed, work);
    }
    eligible_lanes(plan.beside.eligibility(), work.child.patient, work.load.eligible.data());
    for (const Beside& beside : plan.besides) {
      double eligible = 0, others = 0;
      for (int i = 0; i < lanes; ++i)
        if (work.chosen[i] == pick)
          (work.load.eligible[i] ? eligible : others) += work.alive_at_infusion[beside.time][i];
      for (std::size_t part = 0; part < cost_components; ++part) {
        const double amount = eligible * beside.of_eligible[part] + others * beside.of_others[part];
        add_part(s, static_cast<CostComponent>(part), beside.discount_cost, amount, work);
        treatment[beside.year] += amount;
      }
    }
    for (const AdverseEvent& event : work.harm[option].events) {
      if (work.chosen[event.lane] != pick) continue;
      const Infusion& infusion = plan.infusions[event.infusion];
      const double cost = work.alive_at_infusion[infusion.time][event.lane] *
                          model.policy.event_cost[static_cast<std::size_t>(event.grade - 1)];
      treatment[infusion.year] += cost;
      add_part(s, CostComponent::events, infusion.discount_cost, cost, work);
    }
  }
}

}  // namespace vcohort
