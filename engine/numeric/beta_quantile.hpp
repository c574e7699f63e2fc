#pragma once

namespace vcohort {

/// Regularised incomplete beta function I_x(a, b) for 0 <= x <= 1, relative error below 1e-13 for a and b from 0.1 to
/// 1000. Own code, because a parameter draw reaches results and must have the same bits on every processor: Boost.Math
/// calls the exponential and logarithm of the C library, which choose their code by processor. Boost.Math is what the
/// tests compare with. Source: continued fraction NIST DLMF 8.17.22, evaluated by Lentz's method.
double beta_cdf(double a, double b, double x);

/// The x with I_x(a, b) = p for 0 < p < 1, by Newton's method inside a shrinking bracket.
double beta_quantile(double a, double b, double p);

}  // namespace vcohort
