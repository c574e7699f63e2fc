#include "engine/trial/crossover.hpp"

#include <algorithm>

#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

/// A plan in which each patient may stop after any number of infusions: that of a regimen that stops for adverse
/// events.
Strategy made_stoppable(Strategy strategy) {
  require(strategy.regimen.tolerance != Regimen::Tolerance::halve, "a regimen that may be interrupted does not halve");
  strategy.regimen.tolerance = Regimen::Tolerance::stop;
  return strategy;
}

/// What every arm of the trial receives, or else every child of the population.
const std::vector<Rehabilitation>& everybody_of(const Study& study) {
  return study.trial->rehabilitation.empty() ? study.population.rehabilitation : study.trial->rehabilitation;
}

OutcomePlan plan_of(const Strategy& strategy, const Study& study, const OutcomeModel& model, bool stoppable) {
  return {strategy.cells && stoppable ? made_stoppable(strategy) : strategy, model, everybody_of(study)};
}

/// What is received before the crossover.
Strategy first_strategy(const Arm& arm, const Study& study) {
  const Strategy& own = study.strategies.at(static_cast<std::size_t>(arm.strategy));
  return arm.crossover_to && own.cells ? truncated(own, arm.crossover_months) : own;
}

const Strategy& strategy_named(const Study& study, const std::string& name) {
  for (const Arm& arm : study.trial->arms)
    if (arm.name == name) return study.strategies.at(static_cast<std::size_t>(arm.strategy));
  for (const Strategy& strategy : study.strategies)
    if (strategy.name == name) return strategy;
  throw InternalError("an arm crosses over to what is neither arm nor strategy: " + name);
}

}  // namespace

Strategy truncated(const Strategy& strategy, double months) {
  const std::optional<Regimen> before = regimen_before(strategy.regimen, months);
  require(before.has_value(), "an arm crosses over between courses");
  Strategy shorter = strategy;
  shorter.cells = before->infusions > 0;
  if (shorter.cells) shorter.regimen = *before;
  return shorter;
}

ArmPlan::ArmPlan(const Arm& arm, const Study& study, const OutcomeModel& model, bool stoppable)
    : first(plan_of(first_strategy(arm, study), study, model, stoppable)), crossover_months(arm.crossover_months) {
  require(!first.therapy.strategy().choice, "an arm of a trial gives one regimen");
  if (!arm.crossover_to) return;
  const Strategy& next = strategy_named(study, *arm.crossover_to);
  if (!next.cells) return;  // nothing follows; what was given wanes
  require(!first.therapy.strategy().cells, "no arm crosses over from cells to other cells");
  require(next.regimen.tolerance == Regimen::Tolerance::ignore, "a regimen that starts late ignores adverse events");
  require(!model.records(Measure::drooling), "drooling is not recorded in an arm that starts late");
  std::vector<Visit> shifted = model.visits;
  for (Visit& visit : shifted) visit.months = std::max(0.0, visit.months - crossover_months);
  second = plan_of(next, study, model, stoppable);
  second->therapy = TherapyPlan(second->therapy.strategy(), model.therapy, shifted);
}

std::vector<double> ArmPlan::infusion_months() const {
  std::vector<double> months(first.therapy.infusion_months().begin(), first.therapy.infusion_months().end());
  if (second)
    for (double t : second->therapy.infusion_months()) months.push_back(crossover_months + t);
  return months;
}

}  // namespace vcohort
