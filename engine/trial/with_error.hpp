#pragma once
#include <cmath>
#include <limits>

#include "engine/numeric/cluster_error.hpp"

namespace vcohort {

/// A number and its Monte Carlo standard error; both are missing where nothing was counted.
struct WithError {
  double value = std::numeric_limits<double>::quiet_NaN();
  double mcse = std::numeric_limits<double>::quiet_NaN();
};

inline WithError share_of(double events, double n) {
  if (n < 1) return {};
  const double p = events / n;
  return {p, std::sqrt(p * (1 - p) / n)};
}

inline WithError mean_of(double sum, double squares, double n) {
  if (n < 1) return {};
  return {sum / n, standard_deviation(n, sum, squares) / std::sqrt(n)};
}

}  // namespace vcohort
