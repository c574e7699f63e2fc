#include "engine/analysis/power_equivalence.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"

namespace vcohort::analysis {

double equivalence_t_power(double effect, double margin, double se, double df, double level) {
  const double critical = boost::math::quantile(boost::math::complement(boost::math::students_t(df), level));
  // x: the observed standard error over the true one, the root of chi-square / df.
  const double constant = std::log(2.0) + df / 2 * std::log(df / 2) - std::lgamma(df / 2);
  const auto at = [&](double x) {
    const double above = normal_cdf((margin - effect) / se - critical * x);
    const double below = normal_cdf((-margin - effect) / se + critical * x);
    const double density =
        x > 0 ? std::exp(constant + (df - 1) * std::log(x) - df * x * x / 2) : (df == 1 ? std::exp(constant) : 0.0);
    return std::max(0.0, above - below) * density;
  };
  constexpr double far = 12;  // standard deviations of x
  const double spread = far / std::sqrt(2 * df), last = margin / (critical * se);
  const double from = std::max(0.0, 1 - spread), to = std::min(last, 1 + spread);
  return to > from ? std::min(1.0, integral_of(at, from, to)) : 0.0;
}

double equivalence_normal_power(double drift_from_below, double drift_from_above, double level) {
  const double critical = -normal_quantile(level);
  return std::max(0.0, normal_cdf(drift_from_below - critical) + normal_cdf(drift_from_above - critical) - 1);
}

}  // namespace vcohort::analysis
