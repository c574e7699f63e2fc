#pragma once
#include <limits>

namespace vcohort::analysis {

/// A normal distribution of an effect; an infinite sd is the flat prior.
struct NormalBelief {
  double mean = 0;
  double sd = std::numeric_limits<double>::infinity();
};

/// Conjugate update: precision-weighted mean of prior and estimate.
NormalBelief posterior(const NormalBelief& prior, double estimate, double se);

/// P(effect > margin).
double probability_above(const NormalBelief& belief, double margin);

}  // namespace vcohort::analysis
