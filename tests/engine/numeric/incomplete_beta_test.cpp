#include "engine/numeric/incomplete_beta.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace vcohort {
namespace {

// I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) times the fraction, against Boost, on the side where it converges.
TEST(IncompleteBeta, FractionAgainstBoost) {
  for (const double a : {0.5, 1.0, 3.0, 40.0, 200.0})
    for (const double b : {0.5, 2.0, 17.0, 100.0})
      for (const double share : {0.2, 0.6, 0.95}) {
        const double x = share * (a + 1) / (a + b + 2);
        const double fraction = incomplete_beta_fraction(a, b, x, 1e-16, 100000);
        const double front = boost::math::ibeta_derivative(a, b, x) * x * (1 - x) / a;
        // Both sides lose a few digits to the logarithms of large a and b.
        EXPECT_NEAR(front * fraction / boost::math::ibeta(a, b, x), 1, 1e-12) << a << ' ' << b << ' ' << x;
      }
}

TEST(IncompleteBeta, StopsWhereItIsTold) {
  const double whole = incomplete_beta_fraction(1000, 500, 0.6, 1e-16, 100000);
  EXPECT_NE(incomplete_beta_fraction(1000, 500, 0.6, 1e-16, 2), whole);
  EXPECT_NEAR(incomplete_beta_fraction(1000, 500, 0.6, 1e-6, 100000) / whole, 1, 1e-5);
}

}  // namespace
}  // namespace vcohort
