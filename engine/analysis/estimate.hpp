#pragma once
#include <cstdint>
#include <limits>
#include <optional>

#include "engine/analysis/bayes_rule.hpp"
#include "engine/analysis/workspace.hpp"

namespace vcohort::analysis {

/// Why a method gave no estimate. Counted by kind, never taken for "not significant". Append-only: the numbers are
/// stored.
enum class Failure : std::uint8_t {
  none = 0,
  empty_arm = 1,             // an arm of the contrast has no analysed patient
  too_few_patients = 2,      // no residual degree of freedom
  no_variation = 3,          // the outcome is constant, or all its values are tied
  singular_design = 4,       // the treatment cannot be told from the covariates
  no_convergence = 5,        // the iteration limit was reached
  separation = 6,            // a maximum likelihood estimate is infinite
  empty_cell = 7,            // a category or margin without patients leaves the statistic undefined
  no_events = 8,             // nobody had the event
  not_finite = 9,            // infinite or out-of-domain data, or overflow
  null_not_supported = 10,   // the method cannot test a margin
  singular_covariance = 11,  // mmrm: the likelihood rises towards a covariance that is not positive definite
  no_information = 12,       // mmrm: the information on the covariance is not positive definite at the maximum
  beyond_follow_up = 13      // an arm's last patient is censored before the time that is looked at
};
inline constexpr int failure_kinds = 14;
const char* name_of(Failure failure);

/// What the p-value of an estimate refers to.
enum class Reference : std::uint8_t {
  wald,   // (estimate - null) / se against Student's t with `df`; any margin may be tested
  score,  // `statistic` tests "no effect" against Student's t with `df`; it is not estimate / se; a margin only where
          // the method gives `at_margin`
  exact   // p, p_less and p_greater from a distribution of its own; tests "no effect" only
};

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
inline constexpr double normal_df = std::numeric_limits<double>::infinity();

/// One contrast, arm minus reference, on the scale that the method documents. When `failure` is set every number is
/// NaN; when it is not, none is, except those that the method says it does not give and `p` when it was not asked for.
/// A test may stand where its point estimate does not: then `estimate` is infinite, with an interval that has one end,
/// or NaN where the data say nothing about it, with the whole line as the interval; `se` is NaN, `statistic` and `p`
/// count.
struct Estimate {
  double estimate = unknown;
  double se = unknown;
  double df = normal_df;       // infinite: normal
  double statistic = unknown;  // signed; a chi-square statistic with one degree of freedom is its square
  double p = unknown;          // two-sided, of no effect
  double lower = unknown;      // interval at the level asked for
  double upper = unknown;
  double at_margin = unknown;  // Reference::score: the statistic against Inference::margin in place of 0
  double at_minus_margin = unknown;
  double p_less = unknown;     // one-sided, Reference::exact only: of effects below zero
  double p_greater = unknown;  // and above zero; max-combo gives those that Inference::toward asks for
  int patients = 0;            // analysed
  int aliased = 0;             // covariate columns dropped because the others determine them
  int iterations = 0;
  int chosen = -1;        // max-combo: which of its weights gave the largest statistic
  bool fallback = false;  // not by the model that the study names first, which failed
  Reference reference = Reference::wald;
  Failure failure = Failure::none;

  bool ok() const { return failure == Failure::none; }
};

/// What else to compute: a simulation that only counts leaves out the p-value, which costs as much as a t-test, and
/// limits, which with fractional degrees of freedom need a search.
struct Inference {
  double level = 0.95;  // of the two-sided interval
  bool p_value = true;
  double margin = 0;     // of the hypothesis, for Estimate::at_margin
  double toward = 0;     // of a test of one side: the sign of the effects that it looks for; 0: of either
  bool interval = true;  // false leaves out intervals that need a search
  bool limits = true;    // false leaves out intervals that are the estimate and a product: covers() does without
};

Estimate failed(Failure failure, int patients = 0);

/// Data that say nothing about the effect, whatever it is: no estimate, the whole line as interval, statistic 0, p = 1.
Estimate undetermined(int patients);

/// A ratio of which all the evidence lies on one side, on the log scale: +-infinity in the direction of `statistic`
/// (Reference::score), with the one-ended interval from `end`.
Estimate one_ended(double statistic, double end, int patients, const Inference& inference);

/// Estimate with statistic, interval and p against Student's t. A number that is not finite, or se <= 0, is a failure.
Estimate wald(double estimate, double se, double df, int patients, const Inference& inference, Workspace& workspace);

/// An estimate of outcomes in `unit`s, in the units of the data; the statistic, p and df have none. A failure where a
/// number is too large.
Estimate in_units(Estimate, double unit);

/// Whether the interval at level 1 - p contains a value.
bool covers(const Estimate&, double value, double p, Workspace&);

enum class Aim : std::uint8_t { superiority, non_inferiority, equivalence };
enum class Better : std::uint8_t { higher, lower };

/// Decides by P(effect beyond the margin) in place of a p-value. An estimate is taken as normal given the effect.
struct PosteriorRule {
  NormalBelief prior = {};
  double threshold = 0.975;  // required posterior probability
};

/// What a trial wants to show, in units of the estimate.
///
/// superiority: effect beyond `margin` in the better direction, or, with two sides and a margin of 0, any difference;
/// non-inferiority: effect not worse than `margin`; equivalence: effect within +-`margin`, by two one-sided tests.
/// Every one-sided test is at level alpha / sides, so that with two sides the decision agrees with a 1 - alpha
/// interval.
struct Hypothesis {
  Aim aim = Aim::superiority;
  int sides = 2;
  double alpha = 0.05;
  double margin = 0;  // not negative
  Better better = Better::higher;
  std::optional<PosteriorRule> posterior = {};
};

/// The reader of studies refuses what makes no sense: a broken promise here.
void check(const Hypothesis& hypothesis);

/// Whether a difference in either direction rejects: superiority with two sides and without a margin.
bool two_sided(const Hypothesis& hypothesis);

/// The level of the two-sided interval that agrees with the decision: 1 - 2 alpha / sides.
double interval_level(const Hypothesis& hypothesis);

struct Decision {
  double p = unknown;  // of the hypothesis: two-sided for a two-sided test, else one-sided (the larger of both, TOST);
                       // of a posterior rule: the probability that the effect is not beyond the margin
  double statistic = unknown;  // against the null of the hypothesis; of TOST the one that is nearer to it
  bool rejected = false;       // the null hypothesis, p <= alpha (alpha / sides where one-sided)
  bool favourable = false;     // rejected, and in the better direction
  Failure failure = Failure::none;
};

/// Decides from an estimate, whatever the method: direction, margin and level stand here alone. Compares with a
/// remembered critical value; p is computed only when asked for.
Decision decide(const Estimate& estimate, const Hypothesis& hypothesis, Workspace& workspace, bool p_value = true);

/// Where an estimate stands (superiority and non-inferiority), to be compared with group-sequential bounds of z brought
/// to its scale by Workspace::statistic_at: statistics against the null of the hypothesis, with `df`. Of an exact test
/// they are standard normal z's of p-values; both of its tails contain what was seen, so that the three differ. NaN
/// after a failure.
struct Standing {
  double benefit = unknown;  // its upper tail is the one-sided p of the hypothesis; large when the effect is good
  double worse = unknown;    // its upper tail is the p of the other side; large when the effect is bad
  double middle = unknown;   // of the mid-p, between `benefit` and -`worse`
  double df = normal_df;
};

Standing standing(const Estimate& estimate, const Hypothesis& hypothesis);

/// The standard normal z of the side of benefit: its upper tail is that of the statistic.
double normal_score(const Standing&);

}  // namespace vcohort::analysis
