#include "engine/analysis/bayes_rule.hpp"

#include <cmath>

#include "engine/numeric/elementary.hpp"

namespace vcohort::analysis {

NormalBelief posterior(const NormalBelief& prior, double estimate, double se) {
  if (std::isinf(prior.sd)) return {estimate, se};
  if (prior.sd == 0) return prior;
  // By the ratio of the standard deviations, so that no precision over- or underflows.
  const double ratio = se / prior.sd;
  const double share = 1 / (1 + ratio * ratio);  // of the estimate
  return {prior.mean + share * (estimate - prior.mean), se * std::sqrt(share)};
}

double probability_above(const NormalBelief& belief, double margin) {
  if (belief.sd == 0) return belief.mean > margin ? 1 : 0;
  return normal_cdf((belief.mean - margin) / belief.sd);
}

}  // namespace vcohort::analysis
