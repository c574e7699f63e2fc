#include "engine/analysis/win_share.hpp"

#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>

namespace vcohort::analysis {
namespace {

double variance_at(double share, std::span<const StratumOfPairs> strata) {
  double variance = 0;
  for (const auto& [n, m, weight] : strata) {
    const double others = (n + m) / 2 - 1;
    const double repeated = (1 - share) / (2 - share) + share / (1 + share);
    variance += weight * weight * share * (1 - share) / (n * m) * (1 + others * repeated);
  }
  return variance;
}

/// The share below `share` that lies `critical` of its standard errors away.
double lower_end(double share, std::span<const StratumOfPairs> strata, double critical) {
  constexpr double next_to = 1e-12;  // at a share of 0 or 1 itself the variance is 0, and the distance too
  if (share <= next_to) return 0;
  const auto excess = [&](double at) { return share - at - critical * std::sqrt(variance_at(at, strata)); };
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(excess, 0.0, share - next_to,
                                                         boost::math::tools::eps_tolerance<double>(48), iterations);
  return (bracket.first + bracket.second) / 2;
}

}  // namespace

WinShareInterval win_share_interval(double share, std::span<const StratumOfPairs> strata, double critical) {
  // The variance is the same for a share and its complement, which swaps the arms.
  return {lower_end(share, strata, critical), 1 - lower_end(1 - share, strata, critical)};
}

}  // namespace vcohort::analysis
