#include "engine/analysis/bayes_rule.hpp"

#include <cmath>

#include "engine/analysis/distribution.hpp"

namespace vcohort::analysis {

NormalBelief sceptical_prior(double hoped_for, double tail) {
  return {0, std::fabs(hoped_for / normal_quantile(tail))};
}

NormalBelief enthusiastic_prior(double hoped_for, double tail) {
  return {hoped_for, std::fabs(hoped_for / normal_quantile(tail))};
}

NormalBelief posterior(const NormalBelief& prior, double estimate, double se) {
  if (std::isinf(prior.sd)) return {estimate, se};
  if (prior.sd == 0) return prior;
  // By the ratio of the standard deviations, so that no precision over- or underflows.
  const double ratio = se / prior.sd;
  const double share = 1 / (1 + ratio * ratio);  // of the estimate
  return {prior.mean + share * (estimate - prior.mean), se * std::sqrt(share)};
}

NormalBelief effect_with_historical_control(double active, double active_se, double reference, double reference_se,
                                            const HistoricalControl& control) {
  const double prior_sd =
      control.weight > 0 ? control.se / std::sqrt(control.weight) : std::numeric_limits<double>::infinity();
  const auto combined = posterior({control.mean, prior_sd}, reference, reference_se);
  return {active - combined.mean, std::hypot(active_se, combined.sd)};
}

double probability_beyond(const NormalBelief& belief, double margin, Better better) {
  const double sign = better == Better::higher ? 1 : -1;
  const double excess = sign * belief.mean - margin;
  if (belief.sd == 0) return excess > 0 ? 1 : 0;
  return normal_below(excess / belief.sd);
}

BayesDecision decide(const BayesRule& rule, const Estimate& estimate) {
  BayesDecision decision;
  decision.failure = estimate.failure;
  if (estimate.ok() && !(estimate.se > 0)) decision.failure = Failure::no_variation;
  if (decision.failure != Failure::none) return decision;
  decision.posterior = posterior(rule.prior, estimate.estimate, estimate.se);
  decision.probability = probability_beyond(decision.posterior, rule.margin, rule.better);
  decision.success = decision.probability >= rule.threshold;
  return decision;
}

}  // namespace vcohort::analysis
