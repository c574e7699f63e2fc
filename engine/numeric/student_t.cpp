#include "engine/numeric/student_t.hpp"

#include <algorithm>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/incomplete_beta.hpp"

namespace vcohort {

namespace {

constexpr double pi = 3.14159265358979323846;

/// log(1 + x) for x >= 0, exact also where 1 + x has lost the digits of x (Kahan).
double log_one_plus(double x) {
  const double rounded = 1 + x;
  return rounded == 1 ? x : log_of(rounded) * (x / (rounded - 1));
}

/// Gamma(a + 1/2) / Gamma(a), by the recurrence up to a = 64 and the asymptotic series there (Tricomi & Erdelyi 1951),
/// whose first neglected term is below 1e-15.
double gamma_ratio(double a) {
  double factor = 1;
  constexpr double large = 64;
  for (; a < large; a += 1) factor *= a / (a + 0.5);
  const double r = 1 / a;
  const double series =
      1 + r * (-1.0 / 8 + r * (1.0 / 128 +
                               r * (5.0 / 1024 + r * (-21.0 / 32768 + r * (-399.0 / 262144 + r * (869.0 / 4194304))))));
  return factor * __builtin_sqrt(a) * series;
}

/// One more step would change nothing; about the root of df are needed.
double beta_fraction(double a, double b, double x) {
  return incomplete_beta_fraction(a, b, x, 1e-16, 100000);
}

}  // namespace

double student_two_sided(double t, double df) {
  t = std::fabs(t);
  if (std::isinf(df)) return 2 * normal_cdf(-t);
  if (std::isinf(t)) return 0;
  const double a = df / 2;
  constexpr double b = 0.5;
  // x = df / (df + t^2) and y = 1 - x without cancellation, whichever of df and t^2 is large.
  const double ratio = t / df * t;
  const double x = 1 / (1 + ratio);
  const double y = ratio / (1 + ratio);
  if (y == 0) return 1;
  const double log_x = -log_one_plus(ratio);
  const double front = gamma_ratio(a) * __builtin_sqrt(y / pi) * exp_of(a * log_x);
  if (x < (a + 1) / (a + b + 2)) return front / a * beta_fraction(a, b, x);
  return std::max(0.0, 1 - front / b * beta_fraction(b, a, y));
}

double student_above(double t, double df) {
  const double above = student_two_sided(t, df) / 2;
  return t >= 0 ? above : 1 - above;
}

double student_critical(double df, double p) {
  if (std::isinf(df)) return -normal_quantile(p / 2);
  // log P falls smoothly with u = log t: linearly in the heavy tail of few degrees of freedom, where other starts go
  // astray.
  const double z = -normal_quantile(p / 2);
  double u = log_of(std::max(z * (1 + (z * z + 1) / (4 * df)), 1e-300));  // Cornish-Fisher, first term
  const double log_p = log_of(p);
  const double log_density_factor = log_of(gamma_ratio(df / 2)) - log_of(pi * df) / 2;
  constexpr int most_steps = 60;
  constexpr double close = 1e-15;
  for (int step = 0; step < most_steps; ++step) {
    const double t = exp_of(u);
    const double tail = student_two_sided(t, df);
    const double density = exp_of(log_density_factor - (df + 1) / 2 * log_one_plus(t / df * t));
    if (!(tail > 0)) {  // beyond the smallest number: come back
      u -= 1;
      continue;
    }
    // d log P / du = -2 f(t) t / P. A step of more than one unit of log t is never needed near the solution.
    const double change = std::clamp((log_of(tail) - log_p) * tail / (2 * density * t), -2.0, 2.0);
    u += change;
    if (std::fabs(change) < close * std::max(1.0, std::fabs(u))) break;
  }
  return exp_of(u);
}

}  // namespace vcohort
