#include "engine/analysis/estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/student_t.hpp"
#include "engine/study/word.hpp"

namespace vcohort::analysis {
namespace {

/// The distance of an estimate from a null value in standard errors; positive above it.
struct Distance {
  double statistic = unknown;
  bool known = false;
};

Distance distance_from(const Estimate& estimate, double null) {
  if (null == 0) return {estimate.statistic, true};
  if (estimate.reference == Reference::wald) return {(estimate.estimate - null) / estimate.se, true};
  const double score = null > 0 ? estimate.at_margin : estimate.at_minus_margin;
  return {score, score == score};
}

/// One-sided p of "better than null", where `sign` is the better direction. NaN when the method cannot test that null.
double one_sided_p(const Estimate& estimate, double null, double sign) {
  if (estimate.reference == Reference::exact) {
    if (null != 0) return unknown;
    return sign > 0 ? estimate.p_greater : estimate.p_less;
  }
  const auto distance = distance_from(estimate, null);
  return distance.known ? student_above(sign * distance.statistic, estimate.df) : unknown;
}

double sign_of(Better better) {
  return better == Better::higher ? 1 : -1;
}

double null_of(const Hypothesis& hypothesis) {
  const double sign = sign_of(hypothesis.better);
  // The null is written without a negative zero, which would compare equal and print badly.
  if (hypothesis.margin == 0) return 0;
  return hypothesis.aim == Aim::superiority ? sign * hypothesis.margin : -sign * hypothesis.margin;
}

/// Whether the interval, whose level is that of the decision, excludes a null value: what is left to compare a margin
/// with where the estimate is infinite.
bool excludes_beyond(const Estimate& estimate, double null, double sign) {
  return sign > 0 ? estimate.lower >= null : estimate.upper <= null;
}

/// Two-sided test of no difference.
Decision decide_two_sided(const Estimate& estimate, const Hypothesis& hypothesis, Workspace& workspace, bool p_value) {
  const double sign = sign_of(hypothesis.better);
  Decision decision;
  decision.statistic = estimate.statistic;
  if (estimate.reference == Reference::exact) {
    decision.p = estimate.p;
    decision.rejected = estimate.p <= hypothesis.alpha;
    const bool of_sides = !std::isnan(estimate.p_less) && !std::isnan(estimate.p_greater);
    const bool better =
        of_sides ? one_sided_p(estimate, 0, sign) < one_sided_p(estimate, 0, -sign) : sign * estimate.statistic > 0;
    decision.favourable = decision.rejected && better;
    return decision;
  }
  decision.rejected = workspace.is_beyond(estimate.statistic, estimate.df, hypothesis.alpha);
  decision.favourable = decision.rejected && sign * estimate.statistic > 0;
  if (p_value) decision.p = student_two_sided(estimate.statistic, estimate.df);
  return decision;
}

/// Limits that were not asked for are taken to be twenty standard errors away, further than at any level of a study.
bool has_finite_limits(const Estimate& estimate) {
  constexpr double wide = 20;
  const bool known = !std::isnan(estimate.lower);
  return std::isfinite(known ? estimate.upper - estimate.lower : std::fabs(estimate.estimate) + wide * estimate.se);
}

/// The z whose upper tail is p.
double normal_score_of(double p) {
  constexpr double half = 0.5;
  return p <= half ? -normal_quantile(p) : normal_quantile(1 - p);
}

/// One-sided test of "better than null" in the direction `sign`.
Decision decide_one_sided(const Estimate& estimate, double null, double sign, double alpha, Workspace& workspace,
                          bool p_value) {
  Decision decision;
  if (estimate.reference == Reference::exact) {
    if (null != 0) return {.failure = Failure::null_not_supported};
    decision.p = one_sided_p(estimate, 0, sign);
    decision.statistic = estimate.statistic;
    decision.rejected = decision.p <= alpha;
  } else if (null != 0 && !std::isfinite(estimate.estimate)) {
    decision.rejected = excludes_beyond(estimate, null, sign);
  } else {
    const auto distance = distance_from(estimate, null);
    if (!distance.known) return {.failure = Failure::null_not_supported};
    decision.statistic = distance.statistic;
    decision.rejected =
        sign * distance.statistic > 0 && workspace.is_beyond(distance.statistic, estimate.df, 2 * alpha);
    if (p_value) decision.p = student_above(sign * distance.statistic, estimate.df);
  }
  decision.favourable = decision.rejected;
  return decision;
}

/// By the posterior probability of an effect beyond the margin: what a superior effect must exceed, and a non-inferior
/// one may lack.
Decision decide_by_posterior(const Estimate& estimate, const Hypothesis& hypothesis) {
  if (!(estimate.se > 0)) return {.failure = Failure::no_variation};
  const double sign = sign_of(hypothesis.better);
  NormalBelief belief = posterior(hypothesis.posterior->prior, estimate.estimate, estimate.se);
  belief.mean *= sign;
  const double probability =
      probability_above(belief, hypothesis.aim == Aim::non_inferiority ? -hypothesis.margin : hypothesis.margin);
  const bool success = probability >= hypothesis.posterior->threshold;
  return {.p = 1 - probability, .statistic = estimate.statistic, .rejected = success, .favourable = success};
}

}  // namespace

const char* name_of(Failure failure) {
  constexpr std::array<std::string_view, failure_kinds> names = {
      "none",           "empty arm",          "too few patients",
      "no variation",   "singular design",    "no convergence",
      "separation",     "empty cell",         "no events",
      "not finite",     "null not supported", "singular covariance",
      "no information", "beyond follow-up"};
  return word(names, failure).data();
}

Estimate failed(Failure failure, int patients) {
  Estimate estimate;
  estimate.failure = failure;
  estimate.patients = patients;
  return estimate;
}

Estimate undetermined(int patients) {
  Estimate estimate;
  estimate.reference = Reference::score;
  estimate.patients = patients;
  estimate.statistic = 0;
  estimate.p = 1;
  estimate.lower = -std::numeric_limits<double>::infinity();
  estimate.upper = std::numeric_limits<double>::infinity();
  return estimate;
}

Estimate one_ended(double statistic, double end, int patients, const Inference& inference) {
  auto estimate = undetermined(patients);
  estimate.estimate = std::copysign(std::numeric_limits<double>::infinity(), statistic);
  estimate.statistic = statistic;
  (statistic > 0 ? estimate.lower : estimate.upper) = end;
  estimate.p = inference.p_value ? student_two_sided(statistic, normal_df) : unknown;
  return estimate;
}

Estimate wald(double estimate, double se, double df, int patients, const Inference& inference, Workspace& workspace) {
  if (!std::isfinite(estimate) || !std::isfinite(se)) return failed(Failure::not_finite, patients);
  if (!(se > 0)) return failed(Failure::no_variation, patients);
  Estimate result;
  result.estimate = estimate;
  result.se = se;
  result.df = df;
  result.patients = patients;
  result.statistic = estimate / se;
  if (inference.limits) {
    const double half_width = workspace.critical_value(df, 1 - inference.level) * se;
    result.lower = estimate - half_width;
    result.upper = estimate + half_width;
  }
  if (!std::isfinite(result.statistic) || !has_finite_limits(result)) return failed(Failure::not_finite, patients);
  if (inference.p_value) result.p = student_two_sided(result.statistic, df);
  return result;
}

Estimate in_units(Estimate estimate, double unit) {
  if (unit == 1 || !estimate.ok()) return estimate;
  for (double* number : {&estimate.estimate, &estimate.se, &estimate.lower, &estimate.upper}) *number *= unit;
  return estimate.se > 0 && has_finite_limits(estimate) ? estimate : failed(Failure::not_finite, estimate.patients);
}

bool covers(const Estimate& estimate, double value, double p, Workspace& workspace) {
  if (!std::isnan(estimate.lower)) return estimate.lower <= value && value <= estimate.upper;
  return !workspace.is_beyond((estimate.estimate - value) / estimate.se, estimate.df, p);
}

void check(const Hypothesis& hypothesis) {
  require(hypothesis.sides == 1 || hypothesis.sides == 2, "a test has one or two sides");
  require(hypothesis.alpha > 0 && hypothesis.alpha / hypothesis.sides < 0.5,
          "a one-sided level lies between 0 and 0.5");
  require(hypothesis.margin >= 0 && std::isfinite(hypothesis.margin), "a margin is a distance");
  require(hypothesis.aim == Aim::superiority || hypothesis.margin > 0, "non-inferiority and equivalence have a margin");
}

bool two_sided(const Hypothesis& hypothesis) {
  return hypothesis.aim == Aim::superiority && hypothesis.sides == 2 && hypothesis.margin == 0;
}

double interval_level(const Hypothesis& hypothesis) {
  return 1 - 2 * hypothesis.alpha / hypothesis.sides;
}

Decision decide(const Estimate& estimate, const Hypothesis& hypothesis, Workspace& workspace, bool p_value) {
  if (!estimate.ok()) return {.failure = estimate.failure};
  if (hypothesis.posterior) return decide_by_posterior(estimate, hypothesis);
  const double sign = sign_of(hypothesis.better);
  const double one_sided_alpha = hypothesis.alpha / hypothesis.sides;
  if (hypothesis.aim == Aim::equivalence) {
    const auto above = decide_one_sided(estimate, -hypothesis.margin, 1, one_sided_alpha, workspace, p_value);
    const auto below = decide_one_sided(estimate, hypothesis.margin, -1, one_sided_alpha, workspace, p_value);
    if (above.failure != Failure::none) return {.failure = above.failure};
    const bool both = above.rejected && below.rejected;
    const bool lower = above.statistic < -below.statistic;
    return {.p = std::max(above.p, below.p),
            .statistic = lower ? above.statistic : below.statistic,
            .rejected = both,
            .favourable = both};
  }
  if (two_sided(hypothesis)) return decide_two_sided(estimate, hypothesis, workspace, p_value);
  return decide_one_sided(estimate, null_of(hypothesis), sign, one_sided_alpha, workspace, p_value);
}

Standing standing(const Estimate& estimate, const Hypothesis& hypothesis) {
  if (!estimate.ok() || hypothesis.aim == Aim::equivalence) return {};
  const double sign = sign_of(hypothesis.better), null = null_of(hypothesis);
  if (estimate.reference == Reference::exact) {
    const double benefit = one_sided_p(estimate, null, sign), worse = one_sided_p(estimate, null, -sign);
    if (std::isnan(benefit) || std::isnan(worse)) return {};
    return {normal_score_of(benefit), normal_score_of(worse), normal_score_of((benefit + 1 - worse) / 2)};
  }
  const auto distance = distance_from(estimate, null);
  if (!distance.known) return {};
  const double statistic = sign * distance.statistic;
  return {statistic, -statistic, statistic, estimate.df};
}

double normal_score(const Standing& here) {
  if (std::isinf(here.df) || std::isnan(here.benefit)) return here.benefit;
  // The smaller tail, as p near one would lose its digits.
  return std::copysign(normal_quantile(student_above(std::fabs(here.benefit), here.df)), here.benefit);
}

}  // namespace vcohort::analysis
