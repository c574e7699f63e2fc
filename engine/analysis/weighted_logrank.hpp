#pragma once
#include <array>
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Of several weights w of one dataset, sums over event times and strata: w (O - E) of the active arm, w v with v the
/// hypergeometric variance, and w_a w_b v, the covariance of the first.
struct WeightedSums {
  std::array<double, most_weights> excess{}, information{};
  std::array<std::array<double, most_weights>, most_weights> covariance{};
  Failure failure = Failure::none;
  int patients = 0;

  double statistic(std::size_t k) const;         // excess / sqrt(variance)
  double log_hazard_ratio(std::size_t k) const;  // excess / information
  double standard_error(std::size_t k) const;
};

/// S is Kaplan and Meier's of both arms together, within the stratum. Failures: as log_rank().
WeightedSums weighted_sums(const Dataset& data, int arm, std::span<const FlemingHarrington> weights,
                           Workspace& workspace);

/// Weighted log-rank test (Fleming and Harrington 1991; for rho with gamma 0 R's survdiff).
///
/// `statistic` is U / sqrt(V), U = sum w (O - E), V = sum w^2 v, v the hypergeometric variance; summed over strata. A
/// censoring at an event time counts as at risk. Estimate: the log hazard ratio after one step from 0, U / sum w v,
/// with standard error sqrt(V) / sum w v, which is Peto's for w = 1. Where hazards are not proportional it is an
/// average over time in which the weights count. Where no event time with both arms at risk has a weight, the data say
/// nothing: no estimate, statistic 0, p = 1. Failures: empty_arm; not_finite for an infinite time.
Estimate fleming_harrington(const Dataset& data, int arm, const FlemingHarrington& weight, const Inference& inference,
                            Workspace& workspace);

Fit fit_fleming_harrington;

}  // namespace vcohort::analysis
