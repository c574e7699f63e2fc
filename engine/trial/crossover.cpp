#include "engine/trial/crossover.hpp"

#include <algorithm>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

/// A plan in which each patient may stop after any number of infusions: that of a regimen that stops for adverse
/// events.
Strategy made_stoppable(Strategy strategy) {
  if (strategy.regimen.tolerance == Regimen::Tolerance::halve)
    throw InvalidInput(explain("strategy '" + strategy.name + "' halves its dose after adverse events",
                               "discontinuation and missed infusions cannot be told apart from halved ones",
                               "let it stop or ignore them, or remove the intercurrent event"));
  strategy.regimen.tolerance = Regimen::Tolerance::stop;
  return strategy;
}

OutcomePlan plan_of(const Strategy& strategy, const OutcomeModel& model, bool stoppable) {
  return {strategy.cells && stoppable ? made_stoppable(strategy) : strategy, model};
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
  throw InvalidInput(
      explain("trial.arms crosses over to '" + name + "'", "there is no such arm or strategy", "correct the name"));
}

}  // namespace

Strategy truncated(const Strategy& strategy, double months) {
  const std::vector<double> at = infusion_months(strategy.regimen);
  const auto given = static_cast<int>(std::count_if(at.begin(), at.end(), [&](double t) { return t < months; }));
  Strategy shorter = strategy;
  Regimen& regimen = shorter.regimen;
  if (given == 0) {
    shorter.cells = false;
  } else if (given <= regimen.infusions) {
    regimen.infusions = given;
    regimen.courses = 1;
  } else if (given % regimen.infusions == 0) {
    regimen.courses = given / regimen.infusions;
  } else {
    throw InvalidInput(explain("strategy '" + strategy.name + "' is crossed over within a course after the first",
                               "the infusions before it are no whole courses",
                               "move crossover_months to the end of a course"));
  }
  return shorter;
}

ArmPlan::ArmPlan(const Arm& arm, const Study& study, const OutcomeModel& model, bool stoppable)
    : first(plan_of(first_strategy(arm, study), model, stoppable)), crossover_months(arm.crossover_months) {
  if (first.therapy.strategy().choice)
    throw InvalidInput(explain("arm '" + arm.name + "' chooses between two strategies",
                               "trials are simulated for arms that give one regimen",
                               "compare the two strategies, or ask a [cohort]"));
  if (!arm.crossover_to) return;
  const Strategy& next = strategy_named(study, *arm.crossover_to);
  if (!next.cells) return;  // nothing follows; what was given wanes
  if (first.therapy.strategy().cells)
    throw InvalidInput(explain("arm '" + arm.name + "' crosses over from cells to other cells",
                               "the model does not add up the exposures of two strategies",
                               "cross over to or from rehabilitation"));
  if (next.regimen.tolerance != Regimen::Tolerance::ignore)
    throw InvalidInput(explain("arm '" + arm.name + "' starts late with a regimen that depends on adverse events", "",
                               "let the regimen ignore them"));
  for (const Endpoint& endpoint : model.recorded)
    if (endpoint.measure == Measure::drooling)
      throw InvalidInput(explain("arm '" + arm.name + "' starts late, and drooling is recorded",
                                 "the time course of drooling has its own clock", "record another endpoint"));
  std::vector<Visit> shifted = model.visits;
  for (Visit& visit : shifted) visit.months = std::max(0.0, visit.months - crossover_months);
  second = plan_of(next, model, stoppable);
  second->therapy = TherapyPlan(second->therapy.strategy(), model.therapy, shifted);
}

std::vector<double> ArmPlan::infusion_months() const {
  std::vector<double> months(first.therapy.infusion_months().begin(), first.therapy.infusion_months().end());
  if (second)
    for (double t : second->therapy.infusion_months()) months.push_back(crossover_months + t);
  return months;
}

}  // namespace vcohort
