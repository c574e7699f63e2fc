#include "engine/numeric/normal_maximum.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <vector>

#include "engine/numeric/elementary.hpp"

namespace vcohort {
namespace {

constexpr double pi = 3.14159265358979323846;

Correlations of(const std::vector<std::vector<double>>& rows) {
  Correlations correlation{};
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows.size(); ++j) correlation[i][j] = rows[i][j];
  return correlation;
}

/// One common factor: the correlation of i and j is loading_i loading_j.
Correlations of_factor(const std::vector<double>& loading) {
  Correlations correlation{};
  for (std::size_t i = 0; i < loading.size(); ++i)
    for (std::size_t j = 0; j < loading.size(); ++j) correlation[i][j] = i == j ? 1 : loading[i] * loading[j];
  return correlation;
}

/// Given the factor the variables are independent, which leaves one integral.
double by_one_integral(const std::vector<double>& loading, double c, bool both) {
  const auto inside = [&](double factor) {
    double product = std::exp(-factor * factor / 2) / std::sqrt(2 * pi);
    for (const double l : loading) {
      const double sd = std::sqrt(1 - l * l);
      product *= normal_cdf((c - l * factor) / sd) - (both ? normal_cdf((-c - l * factor) / sd) : 0);
    }
    return product;
  };
  return 1 - boost::math::quadrature::gauss_kronrod<double, 61>::integrate(inside, -12.0, 12.0, 20, 1e-14);
}

double chance(const Correlations& correlation, int size, double c, bool both) {
  return both ? chance_that_largest_size_exceeds(correlation, size, c)
              : chance_that_largest_exceeds(correlation, size, c);
}

void expect_near(double value, double expected, double relative, const char* what) {
  EXPECT_NEAR(value, expected, relative * expected) << what;
}

TEST(NormalMaximum, OfIndependentVariablesIsAProduct) {
  for (int size = 1; size <= 4; ++size)
    for (const double c : {-1.0, 0.3, 2.0, 5.0}) {
      const double one = normal_cdf(-c);
      expect_near(chance(of_factor({0, 0, 0, 0}), size, c, false), -std::expm1(size * std::log1p(-one)), 1e-8, "one");
      if (c > 0)
        expect_near(chance(of_factor({0, 0, 0, 0}), size, c, true), -std::expm1(size * std::log1p(-2 * one)), 1e-8,
                    "both");
    }
}

TEST(NormalMaximum, OfOneFactorIsOneIntegral) {
  for (const std::vector<double>& loading : {std::vector<double>{0.9, 0.4},
                                             {0.8, 0.9, -0.3},
                                             {0.999, 0.99, 0.95},
                                             {0.7, 0.7, 0.7, 0.7},
                                             {0.99, 0.95, 0.9, 0.6},
                                             {0.999, 0.9999, 0.99, 0.98},
                                             {0.2, 0.3, -0.4, 0.1}})
    for (const double c : {-1.3, 0.4, 1.5, 2.6, 4.0}) {
      const int size = static_cast<int>(loading.size());
      const double accuracy = size == 4 ? 1e-5 : 1e-7;
      expect_near(chance(of_factor(loading), size, c, false), by_one_integral(loading, c, false), accuracy, "one");
      if (c > 0)
        expect_near(chance(of_factor(loading), size, c, true), by_one_integral(loading, c, true), accuracy, "both");
    }
}

/// Sheppard's formula: 1/8 + (asin r12 + asin r13 + asin r23) / (4 pi). A fourth variable that two of the others add up
/// to is below zero where they are, and leaves a singular matrix.
TEST(NormalMaximum, AboveZeroIsAnAngle) {
  const double a = 0.6, b = 0.3, c = 0.45;
  const double expected = 1 - (1.0 / 8 + (std::asin(a) + std::asin(b) + std::asin(c)) / (4 * pi));
  EXPECT_NEAR(chance_that_largest_exceeds(of({{1, a, b}, {a, 1, c}, {b, c, 1}}), 3, 0), expected, 1e-8);
  const double x = 0.7, y = 1.4, length = std::sqrt(x * x + y * y + 2 * x * y * a);
  const double r1 = (x + y * a) / length, r2 = (x * a + y) / length, r3 = (x * b + y * c) / length;
  EXPECT_NEAR(chance_that_largest_exceeds(of({{1, a, b, r1}, {a, 1, c, r2}, {b, c, 1, r3}, {r1, r2, r3, 1}}), 4, 0),
              expected, 1e-8);
}

/// mvtnorm 1.1-3, 1 - pmvnorm(): Miwa(4096), and TVPACK(1e-12) of one side in three dimensions.
TEST(NormalMaximum, AgreesWithMvtnorm) {
  const Correlations three = of({{1, 0.8, 0.5}, {0.8, 1, 0.3}, {0.5, 0.3, 1}});
  EXPECT_NEAR(chance(three, 3, 0.5, false), 0.5239537620, 1e-8);
  EXPECT_NEAR(chance(three, 3, 2.2, false), 0.0339062636, 1e-9);
  EXPECT_NEAR(chance(three, 3, 0.5, true), 0.9066346451, 1e-8);
  EXPECT_NEAR(chance(three, 3, 2.2, true), 0.0677847726, 1e-9);
  const Correlations four = of({{1, 0.9, 0.9, 0.6}, {0.9, 1, 0.7, 0.5}, {0.9, 0.7, 1, 0.75}, {0.6, 0.5, 0.75, 1}});
  EXPECT_NEAR(chance(four, 4, 0.5, false), 0.5046675466, 1e-9);
  EXPECT_NEAR(chance(four, 4, 2.2, false), 0.0345892263, 1e-9);
  EXPECT_NEAR(chance(four, 4, 0.5, true), 0.9099172563, 1e-9);
  EXPECT_NEAR(chance(four, 4, 2.2, true), 0.0691774015, 3e-9);
}

/// Single-step p of Dunnett's test, one side, equal arms.
TEST(NormalMaximum, IsDunnettsP) {
  const double half = std::sqrt(0.5);
  EXPECT_NEAR(chance_that_largest_exceeds(of_factor({half, half}), 2, 2.1), 0.0328340015, 1e-9);
  EXPECT_NEAR(chance_that_largest_exceeds(of_factor({half, half, half}), 3, 2.4), 0.0219105477, 1e-9);
  EXPECT_NEAR(chance_that_largest_exceeds(of_factor({half, half, half}), 3, 1.2), 0.2462687361, 1e-8);
}

TEST(NormalMaximum, OfTheSameVariableTwiceIsThatOfOne) {
  const Correlations twice = of({{1, 0.4, 1, 0.4}, {0.4, 1, 0.4, 1}, {1, 0.4, 1, 0.4}, {0.4, 1, 0.4, 1}});
  const Correlations once = of({{1, 0.4}, {0.4, 1}});
  for (const double c : {-0.5, 0.0, 1.7}) {
    EXPECT_NEAR(chance_that_largest_exceeds(twice, 4, c), chance_that_largest_exceeds(once, 2, c), 1e-12);
    EXPECT_NEAR(chance_that_largest_size_exceeds(twice, 4, c), chance_that_largest_size_exceeds(once, 2, c), 1e-12);
  }
  EXPECT_EQ(chance_that_largest_size_exceeds(once, 2, 0), 1);
  EXPECT_EQ(chance_that_largest_exceeds(of({{1, 1}, {1, 1}}), 2, 1.5), normal_cdf(-1.5));
  EXPECT_EQ(chance_that_largest_exceeds(once, 2, 45), 0);
}

}  // namespace
}  // namespace vcohort
