#include "engine/numeric/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vcohort {
namespace {

/// 1 - e^-(rate * length), with all of its weight in a ten-millionth of the length or even over it, on intervals from a
/// thousandth to a million.
TEST(Quadrature, OfExponentials) {
  for (const double length : {1e-3, 1.0, 1e6})
    for (const double times : {1e-3, 1.0, 700.0, 1e7}) {
      const double rate = times / length;
      const double found = integral_of([&](double x) { return rate * std::exp(-rate * x); }, 0, length);
      EXPECT_NEAR(found / -std::expm1(-times), 1, 1e-12) << length << ' ' << times;
    }
}

/// Powers without a derivative at the lower end: 1 / (p + 1).
TEST(Quadrature, OfPowers) {
  for (const double power : {0.3, 0.5, 1.7})
    EXPECT_NEAR(integral_of([&](double x) { return std::pow(x, power); }, 0, 1) * (power + 1), 1, 1e-10);
  EXPECT_EQ(integral_of([](double) { return 0.0; }, 0, 1), 0);
}

TEST(Quadrature, EndsWhereThereIsNoNumber) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(integral_of([](double) { return nan; }, 0, 1)));
}

}  // namespace
}  // namespace vcohort
