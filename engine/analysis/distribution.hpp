#pragma once
#include "engine/numeric/student_t.hpp"

/// Tail probabilities and quantiles, in double precision: Student's from engine/numeric, the others from Boost.Math.
/// Nothing here throws: an argument outside the domain gives NaN, which the methods exclude beforehand by a typed
/// failure.
namespace vcohort::analysis {

/// P(Z <= z), P(Z > z) and the inverse of the first, Z standard normal.
double normal_below(double z);
double normal_above(double z);
double normal_quantile(double p);

/// P(T > t) of Student's t with `df` degrees of freedom; infinite df is the normal distribution.
double student_above(double t, double df);
/// P(|T| > |t|), and the t with P(|T| > t) = p, for 0 < p < 1.
using vcohort::student_critical;
using vcohort::student_two_sided;

}  // namespace vcohort::analysis
