#pragma once
#include <cmath>

#include "engine/numeric/elementary.hpp"

namespace vcohort::analysis {

/// log(1 + x) for x >= 0, to rounding error also where 1 + x has lost the digits of x: the error that rounding 1 + x
/// makes in the logarithm is undone by x over the rounded x (Kahan).
inline double log1p_of(double x) {
  const double rounded = 1 + x;
  if (rounded == 1) return x;
  return std::isinf(rounded) ? rounded : log_of(rounded) * (x / (rounded - 1));
}

}  // namespace vcohort::analysis
