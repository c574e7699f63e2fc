#pragma once
#include <optional>

#include "engine/outcome/outcome.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// An arm made ready for the disease model: its strategy, and for crossover and delayed start what follows it.
///
/// Before `crossover_months` a patient is evaluated under the arm's strategy, afterwards under the second one as if it
/// had begun at that time. What this can say: delayed start (rehabilitation alone, then cells; the child is as
/// responsive as at baseline, because the age modifier refers to the age at baseline), and cells followed by none
/// (infusions that were scheduled later are not given; the earlier ones wane). What it cannot: cells followed by other
/// cells, whose exposures would add up; and drooling after a delayed start, whose time course has its own clock.
struct ArmPlan {
  OutcomePlan first;
  std::optional<OutcomePlan> second;  // delayed start only: evaluated at shifted visits
  double crossover_months = 0;

  ArmPlan(const Arm&, const Study&, const OutcomeModel&, bool stoppable);

  bool after_crossover(double months) const { return second && months > crossover_months; }
  std::vector<double> infusion_months() const;
};

/// The strategy with only the infusions that are given before `months`: whole courses.
Strategy truncated(const Strategy&, double months);

}  // namespace vcohort
