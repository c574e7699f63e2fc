#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace vcohort {

/// Ranks from 1 on; equal values share the mean of their ranks.
std::vector<double> mid_ranks(std::span<const double> values);

/// Spearman's rank correlation of two columns with its standard error and 95 % interval.
struct RankCorrelation {
  double rho = 0;
  double se = 0;  // sqrt((1 + rho^2 / 2) / (n - 3)) (1 - rho^2): Bonett & Wright 2000, brought back from Fisher's z
  double lower = 0, upper = 0;  // tanh(atanh(rho) -+ 1.96 sqrt((1 + rho^2 / 2) / (n - 3)))
  std::int64_t n = 0;           // pairs without a missing value
};

/// Pairs with a NaN are left out. NaN where fewer than four pairs are left, or one of the columns does not vary.
RankCorrelation rank_correlation(std::span<const double> x, std::span<const double> y);

}  // namespace vcohort
