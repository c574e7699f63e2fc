#pragma once
#include <span>

namespace vcohort {

/// The number of smallest steps in 1 of values as they were written: 10 where the finest one has one decimal; 1 for
/// whole numbers. A double of at most 15 significant digits is known to be the decimal that was written. 0 where a
/// value has more, or the steps of the largest value cannot be counted: such values are compared as doubles. NaN is
/// passed over.
double steps_of(std::span<const double> values);

/// The steps of two columns that meet in a difference.
double common_steps(double one, double other);

}  // namespace vcohort
