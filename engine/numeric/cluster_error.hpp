#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace vcohort {

/// Totals of clusters that are independent of each other: S is a cluster's total, n its size.
struct ClusterTotals {
  double clusters = 0;       // B
  double n = 0;              // sum of n
  double n_squared = 0;      // sum of n^2
  double total = 0;          // sum of S
  double total_squared = 0;  // sum of S^2
  double total_times_n = 0;  // sum of n S

  double mean() const { return n > 0 ? total / n : std::numeric_limits<double>::quiet_NaN(); }

  /// Monte Carlo standard error of the mean, as that of a ratio of cluster totals (Cochran 1977, section 6.4):
  /// sqrt(sum (S - mean n)^2 B / (B - 1)) / sum n. With clusters of one it is the usual SD / sqrt(n). NaN below two
  /// clusters.
  double mcse() const {
    if (clusters < 2) return std::numeric_limits<double>::quiet_NaN();
    const double centre = mean();
    const double spread = total_squared - 2 * centre * total_times_n + centre * centre * n_squared;
    return std::sqrt(std::max(0.0, spread) * clusters / (clusters - 1)) / n;
  }
};

/// SD of n values out of their sum and sum of squares; NaN below two values.
inline double standard_deviation(double n, double sum, double sum_of_squares) {
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(std::max(0.0, (sum_of_squares - sum * sum / n) / (n - 1)));
}

}  // namespace vcohort
