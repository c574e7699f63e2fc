#pragma once
#include "engine/evidence/evidence.hpp"

namespace vcohort {

/// Smallest and largest value that a law can give.
struct Support {
  double low = 0;
  double high = 0;
};

/// The support of a parameter's law; a normal counts as far as an addressed draw can reach.
Support support_of(const Parameter& parameter);

/// The value at a standard normal: the quantile function of the law at Phi(normal), increasing in `normal` unless a
/// lognormal's sigma is negative. A truncated normal or lognormal takes the normal through the truncated normal's
/// quantile function, so that shared draws with proportional sigmas and common bounds stay ordered.
double value_at(const Parameter& parameter, double normal);

/// The 2.5 % and the 97.5 % quantile of a parameter's law, its value twice where it is fixed.
Support middle_of(const Parameter& parameter);

}  // namespace vcohort
