#pragma once
#include <cmath>
#include <limits>
#include <string>

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

/// Two columns of a table: a number and its error. `of(row)` gives both.
template <class Columns, class Of>
void add_with_error(const Columns& column, const std::string& name, const char* units, const char* text, const Of& of) {
  column(name, units, text, [&](const auto& row) { return of(row).value; });
  column(name + "_mcse", units, "Monte Carlo standard error of it", [&](const auto& row) { return of(row).mcse; });
}

}  // namespace vcohort
