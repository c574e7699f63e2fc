#include "engine/policy/decision/discount.hpp"

#include <algorithm>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

/// Integral of (1 + rate)^-t over [0, years].
double continuous_flow(double rate, double years) {
  const double exponent = log_of(1.0 + rate) * years;
  // Below this the closed form cancels, while the series sum over n of (-exponent)^n / (n + 1)! is done after 16 terms.
  constexpr double small = 0.5;
  constexpr int terms = 16;
  if (std::abs(exponent) < small) {
    double term = 1, sum = 1;
    for (int n = 1; n < terms; ++n) {
      term *= -exponent / (n + 1);
      sum += term;
    }
    return years * sum;
  }
  return years * (1.0 - exp_of(-exponent)) / exponent;
}

void require_rate(double rate) {
  if (!(rate > -1.0 && std::isfinite(rate)))
    throw InternalError("a discount rate is -1 or below: nothing would be left after a year");
}

}  // namespace

double discount_factor(double rate, double years) {
  require_rate(rate);
  return exp_of(-years * log_of(1.0 + rate));
}

double discounted_span(double rate, double from, double to, FlowTiming timing) {
  const double years = to - from;
  switch (timing) {
    case FlowTiming::start:
      return years * discount_factor(rate, from);
    case FlowTiming::mid:
      return years * discount_factor(rate, from + years / 2.0);
    case FlowTiming::end:
      return years * discount_factor(rate, to);
    case FlowTiming::trapezoid:
      return years * (discount_factor(rate, from) + discount_factor(rate, to)) / 2.0;
    case FlowTiming::continuous:
      return discount_factor(rate, from) * continuous_flow(rate, years);
  }
  throw InternalError("no such timing of flows");
}

double discounted_years(double rate, double years, FlowTiming timing) {
  if (!(years >= 0.0 && std::isfinite(years))) throw InternalError("a horizon is negative or endless");
  double sum = 0;
  for (double from = 0; from < years; from += 1.0)
    sum += discounted_span(rate, from, std::min(from + 1.0, years), timing);
  return sum;
}

}  // namespace vcohort
