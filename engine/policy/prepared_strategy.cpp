#include <algorithm>
#include <array>

#include "engine/numeric/elementary.hpp"
#include "engine/policy/decision/discount.hpp"
#include "engine/policy/simulator_parts.hpp"

/// A strategy made ready for one parameter point: its effect over time, and its infusions with their costs.
namespace vcohort {

namespace {

constexpr double days_per_week = 7;

/// What is left of an effect so long after the follow-up that is believed.
double extrapolated(const PolicyQuestion& question, double months_beyond) {
  constexpr double ln2 = 0.693147180559945309;
  switch (question.extrapolation) {
    case Extrapolation::model:
    case Extrapolation::hold:
      return 1;
    case Extrapolation::wane:
      return exp_of(-ln2 * months_beyond / question.half_life_months);
    case Extrapolation::stop:
      return 0;
  }
  return 1;
}

}  // namespace

/// What the study knows better than the evidence about the cost of a strategy; empty where it says nothing.
StrategyCost PolicySimulator::cost_of(std::size_t s) const {
  for (const StrategyCost& cost : study_.policy->costs)
    if (cost.strategy == static_cast<int>(s)) return cost;
  return {};
}

PolicySimulator::Plan PolicySimulator::plan_of(std::size_t s, const Model& model) const {
  const PolicyQuestion& question = *study_.policy;
  const Strategy& strategy = study_.strategies[s];
  std::vector<double> months;
  for (const Cycles::Node& node : cycles_.nodes) months.push_back(node.years * months_per_year);
  months.push_back(question.visit_months);
  std::vector<double> remaining(months.size(), 1.0);
  if (strategy.cells && question.extrapolation != Extrapolation::model) {
    const double believed = infusion_months(strategy.regimen).back() + question.extrapolate_after_months;
    for (std::size_t k = 0; k < months.size(); ++k) {
      if (months[k] <= believed) continue;
      remaining[k] = extrapolated(question, months[k] - believed);
      months[k] = believed;
    }
  }
  std::vector<Visit> visits, at_all_times;  // cells alone are believed for a time; the others wane as they do
  for (const Cycles::Node& node : cycles_.nodes) at_all_times.push_back({node.years * months_per_year, 0});
  at_all_times.push_back({question.visit_months, 0});
  for (double at : months) visits.push_back({at, 0});  // nothing is drawn there, so that days do not matter
  Plan plan{TherapyPlan(strategy, model.therapy, visits, 1),
            BesidePlan(strategy, study_.population.rehabilitation, model.beside, at_all_times),
            std::move(remaining),
            {},
            {}};
  schedule_costs(s, model, plan);
  schedule_hours(s, model, plan);
  schedule_procedure(s, model, plan);
  return plan;
}

PolicySimulator::Beside PolicySimulator::beside_at(std::size_t time) const {
  Beside beside;
  beside.time = time;
  const double years = infusion_times_[time];
  beside.year = std::min(static_cast<int>(years), cycles_.years - 1);
  beside.discount_cost = discount_factor(study_.policy->discount_costs, years);
  beside.discount_effect = discount_factor(study_.policy->discount_effects, years);
  return beside;
}

/// Hours above usual care, by quarters of a year: what they cost the health system, and journeys and time the family.
void PolicySimulator::schedule_hours(std::size_t s, const Model& model, Plan& plan) const {
  if (quarters_[s].empty()) return;
  const PolicyParameters& p = model.policy;
  const double usual = model.beside.rehabilitation->usual_hours;
  const double horizon_months = study_.policy->horizon_years * months_per_year;
  const std::vector<Rehabilitation>& everybody = study_.population.rehabilitation;
  std::vector<Rehabilitation> all = everybody;
  const auto& own = study_.strategies[s].rehabilitation;
  all.insert(all.end(), own.begin(), own.end());
  const auto of_eligible = hours_above_usual(all, usual, horizon_months);
  const auto of_others = hours_above_usual(everybody, usual, horizon_months);
  const auto hours_in = [](const std::vector<HoursAbove>& pieces, int quarter) {
    double hours = 0;
    for (const HoursAbove& piece : pieces) {
      const double from = std::max(piece.from_months, quarter * months_per_quarter);
      const double to = std::min(piece.to_months, (quarter + 1) * months_per_quarter);
      if (to > from) hours += piece.hours_per_week * (to - from) * days_per_month / days_per_week;
    }
    return hours;
  };
  for (const int quarter : quarters_[s]) {
    const auto time = std::lower_bound(infusion_times_.begin(), infusion_times_.end(), middle_of_quarter(quarter));
    Beside beside = beside_at(static_cast<std::size_t>(time - infusion_times_.begin()));
    for (const auto& [pieces, parts] :
         {std::pair(&of_eligible, &beside.of_eligible), std::pair(&of_others, &beside.of_others)}) {
      const double hours = hours_in(*pieces, quarter);
      (*parts)[place_of(CostComponent::visits)] = hours * p.therapy_hour_cost;
      (*parts)[place_of(CostComponent::family)] = hours * p.therapy_hour_family_cost;
    }
    plan.besides.push_back(beside);
  }
}

/// A procedure and its complications, as often as it is done within the horizon.
void PolicySimulator::schedule_procedure(std::size_t s, const Model& model, Plan& plan) const {
  const std::optional<ProcedureUse>& use = study_.strategies[s].procedure;
  if (!use) return;
  const ProcedureCosts& costs = model.policy.procedure[static_cast<std::size_t>(use->procedure)];
  const double horizon_months = study_.policy->horizon_years * months_per_year;
  for (int k = 0; k < use->times; ++k) {
    const double months = use->start_months + k * use->every_months;
    if (months >= horizon_months) break;
    const auto time = std::lower_bound(infusion_times_.begin(), infusion_times_.end(), months / months_per_year);
    Beside beside = beside_at(static_cast<std::size_t>(time - infusion_times_.begin()));
    beside.of_eligible[place_of(CostComponent::procedure)] = costs.cost;
    beside.of_eligible[place_of(CostComponent::family)] = costs.family;
    beside.of_eligible[place_of(CostComponent::events)] = costs.harm * costs.complication;
    beside.loss = costs.harm * costs.harm_loss;
    plan.besides.push_back(beside);
  }
}

void PolicySimulator::schedule_costs(std::size_t s, const Model& model, Plan& plan) const {
  const PolicyQuestion& question = *study_.policy;
  const Strategy& strategy = study_.strategies[s];
  if (!strategy.cells) return;
  const StrategyCost own = cost_of(s);
  const PolicyParameters& p = model.policy;
  const auto route = static_cast<std::size_t>(strategy.route);
  const double visits = own.visits_per_infusion.value_or(p.visits_per_infusion);
  const double around = visits * (own.per_visit.value_or(p.visit_cost) + p.trip_cost) + p.family_cost[route];
  const auto of_infusion = [&](double dose) {
    const double product =
        p.product_price[static_cast<std::size_t>(strategy.cell)] * (1 - p.dose_share + p.dose_share * dose);
    return own.per_infusion.value_or(product + p.procedure_cost[route]) + around;
  };
  using Part = CostComponent;
  const auto parts_of = [&](double dose) {
    std::array<double, cost_components> parts{};
    if (own.per_infusion) {
      parts[place_of(Part::infusion)] = *own.per_infusion;
    } else {
      parts[place_of(Part::product)] =
          p.product_price[static_cast<std::size_t>(strategy.cell)] * (1 - p.dose_share + p.dose_share * dose);
      parts[place_of(Part::procedure)] = p.procedure_cost[route];
    }
    parts[place_of(CostComponent::visits)] = visits * own.per_visit.value_or(p.visit_cost);
    parts[place_of(Part::family)] = visits * p.trip_cost + p.family_cost[route];
    return parts;
  };
  const double full = of_infusion(plan.therapy.relative_dose());
  const double changed =
      strategy.regimen.tolerance == Regimen::Tolerance::halve ? of_infusion(plan.therapy.relative_dose() / 2) : 0.0;
  const double preparation = own.once.value_or(p.preparation_cost[static_cast<std::size_t>(strategy.source)]);
  for (std::size_t j = 0; j < infusion_time_[s].size(); ++j) {
    Infusion infusion;
    infusion.time = infusion_time_[s][j];
    const double years = infusion_times_[infusion.time];
    infusion.year = std::min(static_cast<int>(years), cycles_.years - 1);
    infusion.discount_cost = discount_factor(question.discount_costs, years);
    infusion.discount_effect = discount_factor(question.discount_effects, years);
    infusion.in_full = full + (j == 0 ? preparation : 0.0);
    infusion.changed = changed;
    infusion.parts_in_full = parts_of(plan.therapy.relative_dose());
    if (j == 0) infusion.parts_in_full[place_of(CostComponent::preparation)] = preparation;
    if (strategy.regimen.tolerance == Regimen::Tolerance::halve)
      infusion.parts_changed = parts_of(plan.therapy.relative_dose() / 2);
    plan.infusions.push_back(infusion);
  }
}

}  // namespace vcohort
