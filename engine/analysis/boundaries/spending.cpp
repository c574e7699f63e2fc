#include "engine/analysis/boundaries/spending.hpp"

#include <algorithm>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort::boundaries {

namespace {

double hwang_shih_decani(double gamma, double t) {
  constexpr double straight = 1e-5;  // below it the quotient loses digits, and the series has 1e-11
  if (std::fabs(gamma) < straight) return t * (1 + gamma * (1 - t) / 2);
  return (1 - exp_of(-gamma * t)) / (1 - exp_of(-gamma));
}

/// The share of the last value of a table.
double share_of_table(const std::vector<double>& table, std::span<const double> planned, double t) {
  require(table.size() == planned.size() && !table.empty(), "a table of spending has a value for each planned look");
  double from = 0, value = 0;
  for (std::size_t k = 0; k < planned.size(); ++k) {
    if (t <= planned[k]) return (value + (table[k] - value) * ((t - from) / (planned[k] - from))) / table.back();
    from = planned[k];
    value = table[k];
  }
  return 1;
}

}  // namespace

double spent(const Spending& spending, std::span<const double> planned, double total, double t) {
  constexpr double e_less_one = 1.718281828459045;
  if (t <= 0) return 0;
  if (t >= 1) return total;
  switch (spending.kind.value()) {
    case Spending::Kind::obrien_fleming:
      return 2 * normal_cdf(normal_quantile(total / 2) / std::sqrt(t));
    case Spending::Kind::pocock:
      return total * log_of(1 + e_less_one * t);
    case Spending::Kind::hwang_shih_decani:
      return total * hwang_shih_decani(spending.gamma, t);
    case Spending::Kind::power:
      return total * pow_of(t, spending.rho);
    case Spending::Kind::table:
      return total * share_of_table(spending.table, planned, t);
  }
  throw InternalError("a spending function is unknown");
}

}  // namespace vcohort::boundaries
