#include "engine/policy/simulator.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "engine/policy/policy_hot.hpp"
#include "engine/policy/simulator_parts.hpp"

namespace vcohort {

const char* name_of(CostComponent component) {
  constexpr std::array<const char*, cost_components> names = {
      "product", "procedure", "infusion", "preparation", "visits", "family", "measurement", "adverse events", "care"};
  return names[place_of(component)];
}

PolicySimulator::Workspace::Workspace(const PolicySimulator& simulator)
    : memory_(std::make_unique<Memory>(simulator)) {}
PolicySimulator::Workspace::~Workspace() = default;
PolicySimulator::Workspace::Workspace(Workspace&&) noexcept = default;

PolicySimulator::PolicySimulator(const Study& study) : study_(study), cycles_(*study.policy) {
  const double horizon_months = study_.policy->horizon_years * months_per_year;
  const auto years_of = [&](const Strategy& strategy) {
    std::vector<double> years;
    if (strategy.cells)
      for (double months : infusion_months(strategy.regimen))
        if (months < horizon_months) years.push_back(months / months_per_year);
    return years;
  };
  const auto quarters_of = [&](const Strategy& strategy) {
    std::vector<int> quarters;
    std::vector<Rehabilitation> all = study_.population.rehabilitation;
    all.insert(all.end(), strategy.rehabilitation.begin(), strategy.rehabilitation.end());
    for (const HoursAbove& piece : hours_above_usual(all, 0, horizon_months))
      for (int k = static_cast<int>(piece.from_months / months_per_quarter); k * months_per_quarter < piece.to_months;
           ++k)
        quarters.push_back(k);
    // A block without hours takes usual care away and is no piece above: its quarters count, too.
    for (const Rehabilitation& none : all)
      if (none.hours_per_week == 0)
        for (int k = 0; k * months_per_quarter < horizon_months; ++k) quarters.push_back(k);
    std::sort(quarters.begin(), quarters.end());
    quarters.erase(std::unique(quarters.begin(), quarters.end()), quarters.end());
    return quarters;
  };
  const auto procedure_years = [&](const Strategy& strategy) {
    std::vector<double> years;
    if (const auto& use = strategy.procedure)
      for (int k = 0; k < use->times; ++k)
        if (const double months = use->start_months + k * use->every_months; months < horizon_months)
          years.push_back(months / months_per_year);
    return years;
  };
  for (const Strategy& strategy : study_.strategies) {
    for (double years : years_of(strategy)) infusion_times_.push_back(years);
    for (double years : procedure_years(strategy)) infusion_times_.push_back(years);
    for (const int quarter : quarters_.emplace_back(quarters_of(strategy)))
      infusion_times_.push_back(middle_of_quarter(quarter));
  }
  std::sort(infusion_times_.begin(), infusion_times_.end());
  infusion_times_.erase(std::unique(infusion_times_.begin(), infusion_times_.end()), infusion_times_.end());
  for (const Strategy& strategy : study_.strategies) {
    auto& places = infusion_time_.emplace_back();
    for (double years : years_of(strategy))
      places.push_back(static_cast<std::size_t>(
          std::lower_bound(infusion_times_.begin(), infusion_times_.end(), years) - infusion_times_.begin()));
  }
  for (const Strategy& strategy : study_.strategies) {
    auto& options = options_.emplace_back();
    if (!strategy.choice) continue;
    for (const Strategy& option : strategy.choice->options)
      options.push_back(
          static_cast<std::size_t>(std::find_if(study_.strategies.begin(), study_.strategies.end(),
                                                [&](const Strategy& other) { return other.name == option.name; }) -
                                   study_.strategies.begin()));
  }
}

void PolicySimulator::simulate_patients(const ParameterValues& values, std::uint32_t replicate, PatientSpan span,
                                        Workspace& workspace,
                                        const std::function<void(const TileConsequences&)>& consume) const {
  const Model model(*this, values);
  for (std::int64_t done = 0; done < span.count; done += tile_size) {
    const int lanes = static_cast<int>(std::min<std::int64_t>(tile_size, span.count - done));
    simulate_consequences(model, replicate, span.first + done, lanes, *workspace.memory_);
    consume(workspace.memory_->out);
  }
}

/// (1) who the children are, (2) how they respond and what they suffer, (3) whether they live, (4) what all strategies
/// share, (5) each strategy, those that are chosen by a marker last.
void PolicySimulator::simulate_consequences(const Model& model, std::uint32_t replicate, std::int64_t first, int lanes,
                                            Workspace::Memory& work) const {
  std::array<std::uint64_t, tile_size> ids;
  std::iota(ids.begin(), ids.begin() + lanes, static_cast<std::uint64_t>(first));
  enrol(study_.seed, replicate, study_.population, model.patient, model.development,
        {ids.data(), static_cast<std::size_t>(lanes)}, work.child);
  if (model.therapy.any_effect())
    draw_response(study_.seed, replicate, model.therapy, work.child.patient, work.response);
  draw_beside_response(study_.seed, replicate, model.needs, work.child.patient, work.beside_response);
  draw_adverse_events(study_.seed, replicate, model.harm, work.child.patient, model.therapies,
                      study_.policy->horizon_years * months_per_year, work.harm);
  std::fill(work.out.treatment_cost.begin(), work.out.treatment_cost.end(), 0.0);
  std::fill(work.out.care_cost.begin(), work.out.care_cost.end(), 0.0);
  std::fill(work.out.person_years.begin(), work.out.person_years.end(), 0.0);
  std::fill(work.out.care_without.begin(), work.out.care_without.end(), 0.0);
  std::fill(work.out.component.begin(), work.out.component.end(), 0.0);
  std::fill(work.out.component_undiscounted.begin(), work.out.component_undiscounted.end(), 0.0);
  work.out.life_years_discounted = 0;
  weigh_survival(model, work);
  start_from_no_effect(model, work);
  for (std::size_t s = 0; s < strategies(); ++s)
    if (options_[s].empty()) evaluate(model, s, work);
  for (std::size_t s = 0; s < strategies(); ++s)
    if (!options_[s].empty()) choose_between(model, replicate, s, work);
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;  // nothing else is discounted
  for (std::size_t s = 0; s < strategies(); ++s)
    work.out.effect_undiscounted[s] = sum_of(qaly ? work.undiscounted[s] : work.out.effect[s], lanes);
}

void PolicySimulator::weigh_survival(const Model& model, Workspace::Memory& work) const {
  const PatientTile& patient = work.child.patient;
  const double* age = patient.age_years.data();
  cumulative_rate(model.policy.background, patient.lanes, age, work.baseline_rate.data());
  const auto alive_at = [&](double years, Lanes<double>& alive) {
    survival(model.policy, patient.lanes, age, patient.gmfcs.data(), work.baseline_rate.data(), years, alive.data());
  };
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k) alive_at(cycles_.nodes[k].years, work.alive[k]);
  for (std::size_t t = 0; t < infusion_times_.size(); ++t) {
    alive_at(infusion_times_[t], work.alive_at_infusion[t]);
    work.sum_at_infusion[t] = sum_of(work.alive_at_infusion[t], patient.lanes);
  }
}

/// What a child costs and gains without any effect of cells: where every strategy starts from.
void PolicySimulator::start_from_no_effect(const Model& model, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const PatientTile& patient = work.child.patient;
  const int lanes = patient.lanes;
  std::fill_n(work.no_effect.begin(), lanes, 0.0);
  std::fill_n(work.cost_without.begin(), lanes, 0.0);
  std::fill_n(work.effect_without.begin(), lanes, 0.0);
  std::fill_n(work.undiscounted_without.begin(), lanes, 0.0);
  for (int i = 0; i < lanes; ++i) {
    work.utility[i] = p.utility[patient.gmfcs[i]];
    work.care[i] = p.care_cost[patient.gmfcs[i]];
  }
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k) {
    const Cycles::Node& node = cycles_.nodes[k];
    const double* alive = work.alive[k].data();
    care_kernel(lanes, alive, work.care.data(), p.care_change, work.no_effect.data(), work.scratch.data());
    add_scaled_kernel(lanes, node.cost_weight, work.scratch.data(), work.cost_without.data());
    work.care_at_node[k] = sum_of(work.scratch, lanes);
    work.out.life_years_discounted += node.effect_weight * sum_of(work.alive[k], lanes);
    for (const auto& [weight, sum] :
         {std::pair(node.effect_weight, &work.effect_without), std::pair(node.length, &work.undiscounted_without)})
      if (qaly)
        utility_kernel(lanes, weight, alive, work.utility.data(), p.utility_slope, work.no_effect.data(),
                       p.utility_minimum, p.utility_maximum, sum->data());
    if ((model.therapy.any_effect() || model.any_effect) && (qaly || p.care_change != 0))
      motor_curve(model.development, work.child, node.years * months_per_year, work.motor_at_node[k].data());
  }
  for (const Cycles::Share& share : cycles_.shares) {
    const auto year = static_cast<std::size_t>(share.year);
    work.out.person_years[year] += share.years * sum_of(work.alive[share.node], lanes);
    work.out.care_without[year] += share.years * work.care_at_node[share.node];
  }
  if (qaly) return;
  motor_curve(model.development, work.child, study_.policy->visit_months, work.motor.data());
  if (study_.policy->effect == PolicyEffect::gmfm66)
    std::copy_n(work.motor.begin(), lanes, work.effect_without.begin());
}

void PolicySimulator::evaluate(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  const Plan& plan = model.plans[s];
  std::copy_n(work.cost_without.begin(), lanes, work.out.cost[s].begin());
  std::copy_n(work.effect_without.begin(), lanes, work.out.effect[s].begin());
  std::copy_n(work.undiscounted_without.begin(), lanes, work.undiscounted[s].begin());
  if (plan.therapy.effective()) {
    const ExposureCategories& categories = plan.therapy.categories();
    const auto& before = work.harm[s].infusions_before_change;
    for (int i = 0; i < lanes; ++i)
      work.category[i] =
          static_cast<std::uint16_t>(categories.index(work.child.patient.immune_suppressed[i], before[i]));
    const Strategy& strategy = plan.therapy.strategy();
    amplitude(model.therapy, work.child.patient, strategy.cell, work.response, work.strength.data(),
              strategy.regimen.start_months);
  }
  plan.beside.load(work.child.patient, work.beside_response, work.load);
  add_flows(model, s, work);
  if (study_.policy->effect != PolicyEffect::qaly) effect_at_visit(model, s, work);
  add_infusions(model, s, work);
  add_events(model, s, work);
  add_besides(plan, s, work);
}

/// E(t) at a node or at the visit of the effect, of all that the strategy gives [points]: in work.effect.
void PolicySimulator::motor_effect(const Plan& plan, std::size_t at, Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  if (plan.therapy.effective()) {
    effect_in_points(lanes, work.strength.data(), work.response.idiosyncratic.data(), work.category.data(),
                     plan.therapy.saturation(Domain::gross_motor, at), work.effect.data());
    if (plan.remaining[at] != 1)
      for (int i = 0; i < lanes; ++i) work.effect[i] *= plan.remaining[at];
  }
  if (!plan.beside.effective()) return;
  plan.beside.points(lanes, work.load, at, work.beside.data());
  for (int i = 0; i < lanes; ++i)
    work.effect[i] = plan.therapy.effective() ? work.effect[i] + work.beside[i] : work.beside[i];
}

/// Yearly flows. A strategy without effect keeps those that all share, so that it agrees with rehabilitation exactly.
void PolicySimulator::add_flows(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const Plan& plan = model.plans[s];
  const int lanes = work.child.patient.lanes;
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  const bool moves_care = p.care_change != 0;
  const bool effective = plan.effective();
  double* care_cost = work.out.care_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  if (effective && qaly)
    for (Lanes<double>* sum : {&work.out.effect[s], &work.undiscounted[s]}) std::fill_n(sum->begin(), lanes, 0.0);
  if (effective && moves_care) std::fill_n(work.out.cost[s].begin(), lanes, 0.0);
  std::vector<double>& care_at_node = work.care_of_strategy;
  care_at_node = work.care_at_node;
  for (std::size_t k = 0; effective && (qaly || moves_care) && k < cycles_.nodes.size(); ++k) {
    const Cycles::Node& node = cycles_.nodes[k];
    const double* alive = work.alive[k].data();
    motor_effect(plan, k, work);
    // Utility and care know only points that the score can gain.
    const Lanes<double>& motor = work.motor_at_node[k];
    bounded(lanes, motor.data(), work.effect.data(), work.scratch.data());
    for (int i = 0; i < lanes; ++i) work.effect[i] = work.scratch[i] - motor[i];
    for (const auto& [weight, sum] :
         {std::pair(node.effect_weight, &work.out.effect[s]), std::pair(node.length, &work.undiscounted[s])})
      if (qaly)
        utility_kernel(lanes, weight, alive, work.utility.data(), p.utility_slope, work.effect.data(),
                       p.utility_minimum, p.utility_maximum, sum->data());
    if (moves_care) {
      care_kernel(lanes, alive, work.care.data(), p.care_change, work.effect.data(), work.scratch.data());
      add_scaled_kernel(lanes, node.cost_weight, work.scratch.data(), work.out.cost[s].data());
      care_at_node[k] = sum_of(work.scratch, lanes);
    }
  }
  for (const Cycles::Share& share : cycles_.shares) {
    const double cost = share.years * care_at_node[share.node];
    care_cost[share.year] += cost;
    add_part(s, CostComponent::care, 0, cost, work);
  }
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k)
    work.out.component[s * cost_components + place_of(CostComponent::care)] +=
        cycles_.nodes[k].cost_weight * care_at_node[k];
}

void PolicySimulator::effect_at_visit(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const Plan& plan = model.plans[s];
  if (!plan.effective()) return;
  const int lanes = work.child.patient.lanes;
  motor_effect(plan, cycles_.nodes.size(), work);
  bounded(lanes, work.motor.data(), work.effect.data(), work.scratch.data());
  const bool responder = study_.policy->effect == PolicyEffect::responder;
  for (int i = 0; i < lanes; ++i) {
    const double mcid = model.mcid[work.child.patient.gmfcs[i]];
    work.out.effect[s][i] = responder ? double(work.scratch[i] - work.motor[i] >= mcid) : work.scratch[i];
  }
}

}  // namespace vcohort
