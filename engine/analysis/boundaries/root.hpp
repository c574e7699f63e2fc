#pragma once
#include <boost/math/tools/toms748_solve.hpp>
#include <cstdint>

namespace vcohort::boundaries {

/// Where a function that has opposite signs at `low` and `high` is zero, to 1e-14 of its size (Alefeld, Potra and Shi,
/// algorithm 748, ACM Transactions on Mathematical Software 21 (1995) 327-344).
template <class Function>
double root_between(const Function& function, double low, double high) {
  constexpr int bits = 47;
  std::uintmax_t steps = 200;
  const double at_low = function(low), at_high = function(high);
  if (at_low == 0) return low;
  if (at_high == 0) return high;
  const auto [from, to] = boost::math::tools::toms748_solve(function, low, high, at_low, at_high,
                                                            boost::math::tools::eps_tolerance<double>(bits), steps);
  return 0.5 * (from + to);
}

}  // namespace vcohort::boundaries
