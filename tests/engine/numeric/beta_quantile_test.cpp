#include "engine/numeric/beta_quantile.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace vcohort {
namespace {

struct Shape {
  double a, b;
};

// The shapes of the evidence files, and harder ones.
constexpr Shape shapes[] = {{13, 7},  {19, 1},  {5, 5},        {9.5, 4.5}, {9.5, 0.5},
                            {8, 135}, {1, 999}, {114.5, 37.5}, {0.5, 0.5}, {300, 2}};

// The front factor is e to a difference of logarithms of gamma functions, which are known to some ulps of (a + b) log(a
// + b).
double error_of_cdf(double a, double b) {
  return 1e-13 + 4e-16 * (a + b) * std::log(a + b);
}

TEST(BetaCdf, AgreesWithBoostMath) {
  for (const auto [a, b] : shapes) {
    for (double x = 0.001; x < 1; x += 0.0125) {
      const double expected = boost::math::ibeta(a, b, x);
      EXPECT_NEAR(beta_cdf(a, b, x), expected, error_of_cdf(a, b) * std::max(expected, 1e-3))
          << a << " " << b << " " << x;
    }
  }
}

TEST(BetaQuantile, AgreesWithBoostMath) {
  for (const auto [a, b] : shapes) {
    // Boost.Math 1.74 throws for a symmetric beta at p = 1/2; that case has a closed form below.
    for (const double p : {1e-9, 1e-4, 0.02, 0.3, 0.45, 0.77, 0.99, 1 - 1e-6}) {
      const double expected = boost::math::ibeta_inv(a, b, p);
      // An error of the distribution function moves the quantile by it over the density.
      const double density = boost::math::ibeta_derivative(a, b, expected);
      const double tolerance = 1e-13 * expected + error_of_cdf(a, b) / std::max(density, 1e-3);
      EXPECT_NEAR(beta_quantile(a, b, p), expected, tolerance) << a << " " << b << " " << p;
    }
  }
}

TEST(BetaQuantile, HasClosedFormsAtItsSimplest) {
  EXPECT_NEAR(beta_quantile(1, 1, 0.37), 0.37, 1e-14);
  EXPECT_NEAR(beta_quantile(1, 4, 0.37), 1 - std::pow(0.63, 0.25), 1e-14);
  EXPECT_NEAR(beta_quantile(3, 1, 0.37), std::cbrt(0.37), 1e-14);
  EXPECT_NEAR(beta_quantile(6, 6, 0.5), 0.5, 1e-14);
}

}  // namespace
}  // namespace vcohort
