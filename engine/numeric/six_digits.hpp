#pragma once
#include <cmath>

namespace vcohort {

/// To six decimals: what libraries give that choose their code by processor is then the same number on all of them.
inline double six_digits(double value) {
  constexpr double steps = 1e6;
  return std::nearbyint(value * steps) / steps;
}

}  // namespace vcohort
