#include "engine/numeric/beta_quantile.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/incomplete_beta.hpp"

namespace vcohort {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double half_log_two_pi = 0.91893853320467274178;

/// log Gamma(x), x > 0: Stirling's series (DLMF 5.11.1) after the argument was raised to where six terms reach 1e-17.
double log_gamma(double x) {
  constexpr double large = 20;
  constexpr std::array series{1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
  double product = 1;
  while (x < large) product *= x++;
  const double inverse = 1 / x;
  double power = inverse;
  double correction = 0;
  for (const double coefficient : series) {
    correction += coefficient * power;
    power *= inverse * inverse;
  }
  return (x - 0.5) * log_of(x) - x + half_log_two_pi + correction - log_of(product);
}

/// log B(a, b)
double log_beta(double a, double b) {
  return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

/// x^a (1 - x)^b / B(a, b)
double front_factor(double a, double b, double log_beta_ab, double x) {
  return exp_of(a * log_of(x) + b * log_of(1 - x) - log_beta_ab);
}

double continued_fraction(double a, double b, double x) {
  constexpr int most_terms = 10000;
  return incomplete_beta_fraction(a, b, x, epsilon, most_terms);
}

double cdf_and_front(double a, double b, double log_beta_ab, double x, double* front) {
  *front = front_factor(a, b, log_beta_ab, x);
  if (x < (a + 1) / (a + b + 2)) return *front * continued_fraction(a, b, x) / a;
  return 1 - *front * continued_fraction(b, a, 1 - x) / b;
}

/// A first guess: Abramowitz & Stegun 26.5.22 where it holds, else the mean.
double near_quantile(double a, double b, double p) {
  if (a <= 1 || b <= 1) return a / (a + b);
  const double z = -normal_quantile(p);
  const double lambda = (z * z - 3) / 6;
  const double h = 2 / (1 / (2 * a - 1) + 1 / (2 * b - 1));
  if (h + lambda <= 0) return a / (a + b);
  const double w =
      z * __builtin_sqrt(h + lambda) / h - (1 / (2 * b - 1) - 1 / (2 * a - 1)) * (lambda + 5.0 / 6 - 2 / (3 * h));
  const double x = a / (a + b * exp_of(2 * w));
  return x > 0 && x < 1 ? x : a / (a + b);
}

}  // namespace

double beta_cdf(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double front = 0;
  return cdf_and_front(a, b, log_beta(a, b), x, &front);
}

double beta_quantile(double a, double b, double p) {
  constexpr int most_steps = 200;  // bisection alone needs fewer than 100 on doubles
  const double log_beta_ab = log_beta(a, b);
  double low = 0;
  double high = 1;
  double x = near_quantile(a, b, p);
  for (int step = 0; step < most_steps; ++step) {
    double front = 0;
    const double excess = cdf_and_front(a, b, log_beta_ab, x, &front) - p;
    if (excess == 0) break;
    (excess > 0 ? high : low) = x;
    double next = x - excess * x * (1 - x) / front;
    if (!(next > low && next < high)) next = low + 0.5 * (high - low);
    // The function itself is known to some 1e-14 only: a smaller step is noise.
    constexpr double noise = 4 * epsilon;
    if (std::abs(next - x) <= noise * x || next <= low || next >= high) break;
    x = next;
  }
  return x;
}

}  // namespace vcohort
