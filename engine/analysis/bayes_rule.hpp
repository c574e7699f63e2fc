#pragma once
#include <limits>

#include "engine/analysis/estimate.hpp"

namespace vcohort::analysis {

/// A normal distribution of an effect; an infinite sd is the flat prior.
struct NormalBelief {
  double mean = 0;
  double sd = std::numeric_limits<double>::infinity();
};

/// Sceptical: centred at no effect, with probability `tail` that the effect exceeds `hoped_for` (Spiegelhalter 1994).
NormalBelief sceptical_prior(double hoped_for, double tail = 0.05);

/// Enthusiastic: centred at `hoped_for`, with probability `tail` that there is no effect or one in the wrong direction.
NormalBelief enthusiastic_prior(double hoped_for, double tail = 0.05);

/// Conjugate update: precision-weighted mean of prior and estimate.
NormalBelief posterior(const NormalBelief& prior, double estimate, double se);

/// What earlier controls say about the mean of the reference arm: a power prior, whose weight 0..1 multiplies the
/// precision.
struct HistoricalControl {
  double mean = 0;
  double se = 1;      // of that mean
  double weight = 0;  // 0 ignores it, 1 counts every earlier control as one of this trial's
};

/// Effect of an arm whose mean is `active` (standard error `active_se`) against a reference mean combined with earlier
/// controls, under a flat prior for the arm.
NormalBelief effect_with_historical_control(double active, double active_se, double reference, double reference_se,
                                            const HistoricalControl& control);

struct BayesRule {
  NormalBelief prior = {};
  double margin = 0;         // the effect must exceed it in the better direction; may be negative (non-inferiority)
  double threshold = 0.975;  // required posterior probability
  Better better = Better::higher;
};

/// P(effect better than the margin).
double probability_beyond(const NormalBelief& belief, double margin, Better better);

struct BayesDecision {
  NormalBelief posterior;
  double probability = unknown;  // that the effect is better than the margin
  bool success = false;          // probability >= threshold
  Failure failure = Failure::none;
};

/// Applies the rule to an estimate that is normal given the effect (a t reference is taken as normal). With a flat
/// prior, margin 0 and threshold 1 - alpha/2 it decides as the two-sided z-test in the better direction. A failure of
/// the estimate is passed on; an estimate without a standard error is no_variation.
BayesDecision decide(const BayesRule& rule, const Estimate& estimate);

}  // namespace vcohort::analysis
