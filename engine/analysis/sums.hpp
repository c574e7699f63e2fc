#pragma once
#include <cmath>
#include <cstddef>
#include <span>

/// Sums over a column in a fixed order: eight interleaved partial sums, so that additions overlap, whatever the
/// processor.
namespace vcohort::analysis {

inline constexpr std::size_t lanes = 8;

/// Sum of term(i) for i = 0 .. n-1.
template <class Term>
double interleaved_sum(std::size_t n, Term term) {
  double sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(i + lane);
  }
  for (std::size_t lane = 0; i < n; ++i, ++lane) sums[lane] += term(i);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

inline double sum_of(std::span<const double> x) {
  const double* values = x.data();
  return interleaved_sum(x.size(), [values](std::size_t i) { return values[i]; });
}

inline double dot(std::span<const double> x, std::span<const double> y) {
  const double *left = x.data(), *right = y.data();
  return interleaved_sum(x.size(), [left, right](std::size_t i) { return left[i] * right[i]; });
}

/// Squares about the mean of `n` values, given the sum and the squares of what is left after a mean that rounding has
/// moved was subtracted (Chan, Golub and LeVeque 1983). Not negative; what is not a number stays it.
inline double squares_about_mean(double squares, double left, double n) {
  const double about = squares - left * left / n;
  return about < 0 ? 0 : about;
}

/// The power of two that brings the largest magnitude of a column into [1, 2); 1 for a column of zeros, NaN when a
/// value is infinite. Multiplying by a power of two does not round, so that results stay the same bits.
inline double scale_of(std::span<const double> x) {
  double largest = 0;
  for (const double value : x) largest = std::fabs(value) > largest ? std::fabs(value) : largest;
  if (largest == 0) return 1;
  if (std::isinf(largest)) return std::nan("");
  // The exponent is clamped where the scale itself would overflow: magnitudes below 2^-1022 stay subnormal times
  // 2^1000.
  const int exponent = std::ilogb(largest);
  return std::ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
}

/// A sum of squares in this range has lost nothing to overflow or underflow.
inline bool sum_of_squares_is_safe(double sum_of_squares) {
  return sum_of_squares > 1e-250 && sum_of_squares < 1e250;
}

}  // namespace vcohort::analysis
