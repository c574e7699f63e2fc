#pragma once
#include <cmath>
#include <span>

#include "engine/analysis/columns_hot.hpp"
#include "engine/analysis/sums.hpp"

namespace vcohort::analysis {

struct Spread {
  double n = 0;
  double mean = 0;
  double sum_of_squares = 0;  // about the mean
};

inline bool is_safe(const Spread& spread) {
  return std::isfinite(spread.mean) && sum_of_squares_is_safe(spread.sum_of_squares);
}

/// Of the patients of each arm 0 .. `arms` - 1, of which there are `count` by their codes; left alone where nobody is.
template <int arms>
void spread_by_code(std::span<const double> x, std::span<const int> code, const double* count, Spread* spread) {
  const auto n = static_cast<long>(x.size());
  double mean[arms], left[arms], squares[arms];
  sums_by_arm(x.data(), code.data(), n, arms, mean);
  for (int k = 0; k < arms; ++k) mean[k] /= count[k];
  centre_by_arm(x.data(), code.data(), n, arms, mean, nullptr, left, squares);
  for (int k = 0; k < arms; ++k) {
    if (count[k] == 0) continue;
    spread[k] = {count[k], mean[k] + left[k] / count[k], squares_about_mean(squares[k], left[k], count[k])};
  }
}

}  // namespace vcohort::analysis
