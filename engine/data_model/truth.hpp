#pragma once
#include <optional>

#include "engine/study/effect_scale.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The effect that a data model implies, arm minus reference at a visit, in closed form; nothing where there is none (a
/// hazard ratio that changes over time, odds that are not proportional, differing correlations of changes for
/// superiority_share). `change`: of the change since visit 0 in place of the value. `shift` is added to the means of a
/// normal arm after baseline.
std::optional<double> implied_effect(const DataModel&, int arm, int reference, std::size_t visit, EffectScale,
                                     bool change, double shift = 0);

struct Spread {
  double mean, sd;
};

/// Of the outcome of an arm at a visit, or of its change from baseline; nothing without visits, and for changes of
/// categories.
std::optional<Spread> implied_spread(const DataModel&, int arm, std::size_t visit, bool change);

/// The mean of the outcome of an arm at a visit, of categories of their numbers from 1; nothing as above, but for
/// changes of yes and no, which are differences of shares. `change` and `shift` as in implied_effect.
std::optional<double> implied_mean(const DataModel&, int arm, std::size_t visit, bool change, double shift = 0);

/// The share of an arm who have a yes at visit 0 and at another one.
double implied_both(const DataModel&, int arm, std::size_t visit);

/// What estimators of times to an event tend to in large trials that censor at the end of follow-up alone, arm against
/// reference; `arm_share` is the arm's share of the two. Integrals over the pieces of hazards.
struct SurvivalLimits {
  bool proportional = false;  // the ratio of hazards is the same at all times
  std::optional<double>
      peto;  // (O - E) / V of the log-rank test, which is near the log hazard ratio only when it is small
  std::optional<double> cox;  // root of the partial score: the log hazard ratio where hazards are proportional
  std::optional<double> log_win_ratio;  // later events win
};
SurvivalLimits survival_limits(const DataModel&, int arm, int reference, double arm_share);

/// What the weighted log-rank test tends to likewise: its estimate, and its statistic over the square root of the
/// number of patients. Nothing where nobody has the event under the weight.
struct WeightedLimit {
  double log_hazard_ratio = 0;  // sum w (O - E) / sum w v
  double drift = 0;             // sum w (O - E) / sqrt(sum w^2 v)
};
std::optional<WeightedLimit> weighted_limit(const DataModel&, int arm, int reference, double arm_share,
                                            const FlemingHarrington&);

}  // namespace vcohort
