#pragma once
#include <cmath>
#include <cstddef>
#include <span>

/// Sums over a column in a fixed order: four interleaved partial sums, so that additions overlap, whatever the
/// processor.
namespace vcohort::analysis {

inline double sum_of(std::span<const double> x) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const std::size_t n = x.size();
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += x[i];
    s1 += x[i + 1];
    s2 += x[i + 2];
    s3 += x[i + 3];
  }
  for (; i < n; ++i) s0 += x[i];
  return (s0 + s1) + (s2 + s3);
}

inline double dot(std::span<const double> x, std::span<const double> y) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const std::size_t n = x.size();
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += x[i] * y[i];
    s1 += x[i + 1] * y[i + 1];
    s2 += x[i + 2] * y[i + 2];
    s3 += x[i + 3] * y[i + 3];
  }
  for (; i < n; ++i) s0 += x[i] * y[i];
  return (s0 + s1) + (s2 + s3);
}

/// Subtracts the mean from a column and returns it. The second sweep removes the rounding error of the first mean,
/// which matters when the mean is large against the spread.
inline double centre(std::span<double> x) {
  if (x.empty()) return 0;
  const auto n = static_cast<double>(x.size());
  const double mean = sum_of(x) / n;
  for (double& value : x) value -= mean;
  const double correction = sum_of(x) / n;
  for (double& value : x) value -= correction;
  return mean + correction;
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
