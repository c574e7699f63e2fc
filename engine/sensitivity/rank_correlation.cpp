#include "engine/sensitivity/rank_correlation.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t k = first; k < end; ++k) ranks[order[k]] = static_cast<double>(first + end + 1) / 2;
    first = end;
  }
  return ranks;
}

RankCorrelation rank_correlation(std::span<const double> x, std::span<const double> y) {
  std::vector<double> left, right;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k] != x[k] || y[k] != y[k]) continue;
    left.push_back(x[k]);
    right.push_back(y[k]);
  }
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  RankCorrelation result{missing, missing, missing, missing, static_cast<std::int64_t>(left.size())};
  constexpr std::size_t fewest = 4;  // the interval needs n > 3
  if (left.size() < fewest) return result;

  const std::vector<double> a = mid_ranks(left), b = mid_ranks(right);
  const auto n = static_cast<double>(a.size());
  const double centre = (n + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ab += (a[k] - centre) * (b[k] - centre);
    aa += (a[k] - centre) * (a[k] - centre);
    bb += (b[k] - centre) * (b[k] - centre);
  }
  if (aa == 0 || bb == 0) return result;
  const double rho = std::clamp(ab / __builtin_sqrt(aa * bb), -1.0, 1.0);
  const double error_of_z = __builtin_sqrt((1 + rho * rho / 2) / (n - 3));
  result.rho = result.lower = result.upper = rho;
  result.se = error_of_z * (1 - rho * rho);
  if (rho == 1 || rho == -1) return result;
  constexpr double normal_975 = 1.959963984540054;
  const double odds = (1 + rho) / (1 - rho);  // exp(2 atanh(rho))
  const double factor = exp_of(2 * normal_975 * error_of_z);
  result.lower = (odds / factor - 1) / (odds / factor + 1);
  result.upper = (odds * factor - 1) / (odds * factor + 1);
  return result;
}

}  // namespace vcohort
