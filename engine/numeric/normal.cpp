#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

/// Horner's rule, highest coefficient first; fused, so that the bits do not depend on the compiler.
double polynomial(double x, std::span<const double> coefficients) {
  double value = 0.0;
  for (const double coefficient : coefficients) value = __builtin_fma(value, x, coefficient);
  return value;
}

// Cody: Phi(x) - 1/2 = x P(x^2) / Q(x^2) for |x| <= 0.67448975.
constexpr double centre_above[] = {.065682337918207449113, 2.2352520354606839287, 161.02823106855587881,
                                   1067.6894854603709582, 18154.981253343561249};
constexpr double centre_below[] = {1.0, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205,
                                   45507.789335026729956};
// Phi(-x) = exp(-x^2/2) P(x) / Q(x) up to sqrt(32).
constexpr double middle_above[] = {1.0765576773720192317e-8, .39894151208813466764, 8.8831497943883759412,
                                   93.506656132177855979,    597.27027639480026226, 2494.5375852903726711,
                                   6848.1904505362823326,    11602.651437647350124, 9842.7148383839780218};
constexpr double middle_below[] = {1.0,
                                   22.266688044328115691,
                                   235.38790178262499861,
                                   1519.377599407554805,
                                   6485.558298266760755,
                                   18615.571640885098091,
                                   34900.952721145977266,
                                   38912.003286093271411,
                                   19685.429676859990727};
// Phi(-x) = exp(-x^2/2)/x (1/sqrt(2 pi) - P(1/x^2) / (x^2 Q(1/x^2))) beyond.
constexpr double tail_above[] = {.02307344176494017303, .21589853405795699,     .1274011611602473639,
                                 .022235277870649807,   .001421619193227893466, 2.9112874951168792e-5};
constexpr double tail_below[] = {
    1.0, 1.28426009614491121, .468238212480865118, .0659881378689285515, .00378239633202758244, 7.29751555083966205e-5};

/// Phi(-y) for y above the quartile.
double upper_tail(double y) {
  constexpr double one_by_sqrt_two_pi = 0x1.9884533d43651p-2;
  constexpr double sqrt_32 = 5.656854;  // where Cody's approximations meet
  // x^2 exceeds 1400 in the far tail, so its rounding error alone would cost 1e-13.
  const double square = y * y;
  const double rounding = __builtin_fma(y, y, -square);
  const double rounded_density = exp_of(-0.5 * square);
  if (rounded_density == 0.0) return 0.0;
  const double density = rounded_density * (1.0 - 0.5 * rounding);
  if (y <= sqrt_32) return density * (polynomial(y, middle_above) / polynomial(y, middle_below));
  const double z = 1.0 / square;
  return density / y * (one_by_sqrt_two_pi - z * (polynomial(z, tail_above) / polynomial(z, tail_below)));
}

// AS 241, PPND16: coefficients from the highest down; the denominators end with 1.
constexpr double quantile_centre_above[] = {
    2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
    1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e0};
constexpr double quantile_centre_below[] = {
    5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
    5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0};
constexpr double quantile_middle_above[] = {
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0,  5.76949722146069140550e0,  4.63033784615654529590e0,  1.42343711074968357734e0};
constexpr double quantile_middle_below[] = {
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0,  2.05319162663775882187e0,  1.0};
constexpr double quantile_tail_above[] = {
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0,  5.46378491116411436990e0,  6.65790464350110377720e0};
constexpr double quantile_tail_below[] = {
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};

}  // namespace

double normal_cdf(double x) {
  constexpr double quartile = 0.67448975;
  if (std::isnan(x)) return x;
  const double y = std::fabs(x);
  if (y <= quartile) return 0.5 + x * (polynomial(x * x, centre_above) / polynomial(x * x, centre_below));
  const double tail = upper_tail(y);
  return x < 0.0 ? tail : 1.0 - tail;
}

double normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) {
    throw NumericalFailure(explain("normal quantile of " + std::to_string(p), "a probability lies between 0 and 1",
                                   "check the probability that is passed"));
  }
  constexpr double centre = 0.425;
  const double q = p - 0.5;
  if (std::fabs(q) <= centre) {
    const double r = centre * centre - q * q;
    return q * (polynomial(r, quantile_centre_above) / polynomial(r, quantile_centre_below));
  }
  const double tail = std::min(p, 1.0 - p);
  constexpr double smallest_normal = 0x1p-1022;
  const double sign = q < 0.0 ? -1.0 : 1.0;
  if (tail == 0.0) return sign * elementary_detail::infinity;
  // log_of takes normal numbers only; a subnormal probability is scaled up by 2^54 first.
  constexpr double log_two_54 = 37.429947750237046;
  const double log_tail = tail < smallest_normal ? log_of(tail * 0x1p54) - log_two_54 : log_of(tail);
  const double r = __builtin_sqrt(-log_tail);
  constexpr double middle_starts = 1.6, tail_starts = 5.0;
  if (r <= tail_starts) {
    const double y = r - middle_starts;
    return sign * (polynomial(y, quantile_middle_above) / polynomial(y, quantile_middle_below));
  }
  const double y = r - tail_starts;
  return sign * (polynomial(y, quantile_tail_above) / polynomial(y, quantile_tail_below));
}

}  // namespace vcohort
