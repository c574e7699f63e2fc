#include <gtest/gtest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

using Precise = boost::multiprecision::cpp_bin_float_50;
constexpr double infinity = std::numeric_limits<double>::infinity();

Precise precise_cdf(double x) {
  return boost::math::erfc(Precise(-x) / sqrt(Precise(2))) / 2;
}
Precise precise_quantile(double p) {
  return -sqrt(Precise(2)) * boost::math::erfc_inv(2 * Precise(p));
}

double relative_error(double value, const Precise& truth) {
  return static_cast<double>(abs((Precise(value) - truth) / truth));
}

TEST(NormalCdf, AgreesWithFiftyDigits) {
  double worst = 0.0;
  // A step that is not a short binary number, so that every piece of the approximation is met inside and near its ends.
  for (double x = -37.6; x < 9.0; x += 0.0171) worst = std::max(worst, relative_error(normal_cdf(x), precise_cdf(x)));
  for (const double x :
       {-0.67448976, -0.67448975, 0.67448975, 0.67448976, -5.656855, -5.656854, 5.656854, 1e-300, -1e-20}) {
    worst = std::max(worst, relative_error(normal_cdf(x), precise_cdf(x)));
  }
  EXPECT_LT(worst, 1.2e-15);
}

TEST(NormalCdf, EndsWhereItShould) {
  EXPECT_EQ(normal_cdf(0.0), 0.5);
  EXPECT_EQ(normal_cdf(infinity), 1.0);
  EXPECT_EQ(normal_cdf(-infinity), 0.0);
  EXPECT_EQ(normal_cdf(-40.0), 0.0);
  EXPECT_TRUE(std::isnan(normal_cdf(std::numeric_limits<double>::quiet_NaN())));
}

TEST(NormalQuantile, AgreesWithFiftyDigits) {
  double worst = 0.0;
  for (double p = 0.00037; p < 1.0; p += 0.00317)
    worst = std::max(worst, relative_error(normal_quantile(p), precise_quantile(p)));
  for (int exponent = 2; exponent <= 1074; exponent += 3) {  // down to the smallest subnormal number
    const double p = std::ldexp(0.99, -exponent) > 0 ? std::ldexp(0.99, -exponent) : std::ldexp(1.0, -exponent);
    worst = std::max(worst, relative_error(normal_quantile(p), precise_quantile(p)));
  }
  for (int exponent = 2; exponent <= 53; ++exponent) {
    const double p = 1.0 - std::ldexp(1.0, -exponent);
    worst = std::max(worst, relative_error(normal_quantile(p), precise_quantile(p)));
  }
  EXPECT_LT(worst, 1e-15);
}

TEST(NormalQuantile, EndsWhereItShould) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_EQ(normal_quantile(0.0), -infinity);
  EXPECT_EQ(normal_quantile(1.0), infinity);
  EXPECT_THROW(normal_quantile(-1e-300), NumericalFailure);
  EXPECT_THROW(normal_quantile(1.0000000000000002), NumericalFailure);
  EXPECT_THROW(normal_quantile(std::numeric_limits<double>::quiet_NaN()), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
