#pragma once
#include <cstdint>

/// Elementary functions whose bits are the same on every x86-64 processor and for every compiler: additions,
/// multiplications, divisions and written-out fused operations only, no table, no branch, so that a plain loop over
/// them is vectorised. Everything that reaches a stored number uses these, never std::exp and its kin, which choose
/// their code by processor. The inline functions may be used in hot files (instruction_set.hpp): they are always
/// inlined and leave no symbol behind. The errors stated are the largest that elementary_test.cpp found against long
/// double and Boost.Multiprecision.
namespace vcohort {

namespace elementary_detail {

[[gnu::always_inline]] inline std::uint64_t bits_of(double x) {
  return __builtin_bit_cast(std::uint64_t, x);
}
[[gnu::always_inline]] inline double double_of(std::uint64_t bits) {
  return __builtin_bit_cast(double, bits);
}
[[gnu::always_inline]] inline double fused(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}

/// Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits.
constexpr double round_to_integer = 0x1.8p52;
constexpr double infinity = __builtin_inf();

}  // namespace elementary_detail

/// e^x, relative error below 1.7e-16 for -708 <= x <= 709. Smaller x gives 0, larger x gives +infinity, NaN stays NaN.
/// e^x = 2^n e^r with |r| <= log(2)/2, e^r by a minimax polynomial of degree 11 (error 4e-18).
[[gnu::always_inline]] inline double exp_of(double x) {
  using namespace elementary_detail;
  constexpr double log2_of_e = 0x1.71547652b82fep+0;
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;  // 42 bits, so that n * ln2_high is exact
  constexpr double ln2_low = 0x1.ef35793c76730p-45;
  constexpr double round_and_bias = round_to_integer + 1023.0;  // the low bits become the exponent field of 2^n

  const double shifted = fused(x, log2_of_e, round_and_bias);
  const double n = shifted - round_and_bias;
  const double r = fused(-n, ln2_low, fused(-n, ln2_high, x));
  double q = 0x1.ad7f6c633011bp-26;
  q = fused(q, r, 0x1.28ad72cc49578p-22);
  q = fused(q, r, 0x1.71df2553cf019p-19);
  q = fused(q, r, 0x1.a0199a0c691c3p-16);
  q = fused(q, r, 0x1.a01a012a570b6p-13);
  q = fused(q, r, 0x1.6c16c1842a0ffp-10);
  q = fused(q, r, 0x1.1111111127be7p-7);
  q = fused(q, r, 0x1.555555555087dp-5);
  q = fused(q, r, 0x1.55555555554fap-3);
  q = fused(q, r, 0x1.000000000000ap-1);
  const double power_of_two = double_of(bits_of(shifted) << 52);
  const double value = (1.0 + fused(r * r, q, r)) * power_of_two;
  return x < -708.0 ? 0.0 : (x > 709.0 ? infinity : value);
}

/// Natural logarithm of a positive, normal, finite x, relative error below 1.6e-16; any other x gives a meaningless
/// number. x = 2^k m with sqrt(1/2) <= m < sqrt(2), f = m - 1, s = f / (2 + f): log m = f - f^2/2 + s (f^2/2 + R(s^2)),
/// R minimax.
[[gnu::always_inline]] inline double log_of(double x) {
  using namespace elementary_detail;
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;
  constexpr std::uint64_t one = 0x3ff0000000000000;
  constexpr std::uint64_t mantissa = 0x000fffffffffffff;
  constexpr std::uint64_t two_to_52 =
      0x4330000000000000;  // or-ing an integer in and subtracting 2^52 converts it to double
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;
  constexpr double ln2_low = 0x1.ef35793c76730p-45;

  const std::uint64_t moved = bits_of(x) + (one - sqrt_half);
  const double k = double_of((moved >> 52) | two_to_52) - (0x1p52 + 1023.0);
  const double f = double_of((moved & mantissa) + sqrt_half) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double r = 0x1.2f07059192effp-3;
  r = fused(r, z, 0x1.39a1933605e37p-3);
  r = fused(r, z, 0x1.7466405be7994p-3);
  r = fused(r, z, 0x1.c71c5202b2bbep-3);
  r = fused(r, z, 0x1.24924941f8d1ep-2);
  r = fused(r, z, 0x1.999999997fd37p-2);
  r = fused(r, z, 0x1.5555555555592p-1);
  const double half_square = 0.5 * f * f;
  const double correction = fused(s, fused(r, z, half_square), k * ln2_low);
  return fused(k, ln2_high, f - (half_square - correction));
}

/// x^y = e^(y log x) for x > 0 normal; 0 for x = 0 and y > 0. Relative error below 2e-16 (2 + |y log x|). Saturates as
/// exp_of does.
[[gnu::always_inline]] inline double pow_of(double x, double y) {
  const double power = exp_of(y * log_of(x));
  return x == 0.0 && y > 0.0 ? 0.0 : power;
}

/// sin(2 pi u) and cos(2 pi u) for u in [0, 1): u in turns, so that the reduction to |r| <= 1/8 turn is exact.
/// Absolute error below 1.2e-16; up to 1/8 turn also relative error below 1.7e-16 of both.
[[gnu::always_inline]] inline void sincos_turns(double u, double* sine, double* cosine) {
  using namespace elementary_detail;
  constexpr double two_pi_high = 0x1.921fb54442d18p+2;
  constexpr double two_pi_low = 0x1.1a62633145c07p-52;

  const double shifted = fused(4.0, u, round_to_integer);
  const std::uint64_t quadrant = bits_of(shifted);
  const double r = fused(-0.25, shifted - round_to_integer, u);
  const double z = r * r;
  double p = 0x1.e403d0a501887p+1;
  p = fused(p, z, -0x1.e300a65a91a11p+3);
  p = fused(p, z, 0x1.5078301b62c91p+5);
  p = fused(p, z, -0x1.32d2cce3332e5p+6);
  p = fused(p, z, 0x1.466bc67758d85p+6);
  p = fused(p, z, -0x1.4abbce625be47p+5);
  const double sine_r = fused(r, two_pi_high, r * fused(p, z, two_pi_low));
  double q = -0x1.b26fe84938730p+0;
  q = fused(q, z, 0x1.f9cc6acf8adcdp+2);
  q = fused(q, z, -0x1.a6d1ecb73fce9p+4);
  q = fused(q, z, 0x1.e1f50683b42c5p+5);
  q = fused(q, z, -0x1.55d3c7e3c95bcp+6);
  q = fused(q, z, 0x1.03c1f081b5ab0p+6);
  q = fused(q, z, -0x1.3bd3cc9be45dep+4);
  const double cosine_r = fused(q, z, 1.0);

  const bool swapped = (quadrant & 1) != 0;
  const double sine_size = swapped ? cosine_r : sine_r;
  const double cosine_size = swapped ? sine_r : cosine_r;
  *sine = double_of(bits_of(sine_size) ^ ((quadrant & 2) << 62));
  *cosine = double_of(bits_of(cosine_size) ^ (((quadrant + 1) & 2) << 62));
}

/// Inverse logit, 1 / (1 + e^-x), relative error below 3e-16; 0 below -709.
[[gnu::always_inline]] inline double ilogit_of(double x) {
  return 1.0 / (1.0 + exp_of(-x));
}

/// log(p / (1 - p)) for 0 < p < 1, error below 3e-16 max(1, |logit|).
[[gnu::always_inline]] inline double logit_of(double p) {
  return log_of(p / (1.0 - p));
}

/// Standard normal distribution function, relative error below 1.2e-15 for x >= -37.6; 0 below. Not for hot loops.
/// Rational approximations of W. J. Cody, ACM Transactions on Mathematical Software 19 (1993) 22-32.
double normal_cdf(double x);

/// Standard normal quantile for 0 < p < 1, relative error below 1e-15; p = 0 gives -infinity, p = 1 +infinity; any
/// other p throws NumericalFailure. Not for hot loops. Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37
/// (1988) 477-484.
double normal_quantile(double p);

}  // namespace vcohort
