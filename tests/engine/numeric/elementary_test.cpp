#include "engine/numeric/elementary.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

// The reference is long double (64 bits of mantissa, so that its own error is 2000 times smaller than what is measured)
// at many points, and Boost.Multiprecision with 50 digits at a few. The limits are those that the docstrings promise.
namespace vcohort {
namespace {

using Precise = boost::multiprecision::cpp_bin_float_50;
constexpr int points = 300'000;
constexpr double infinity = std::numeric_limits<double>::infinity();

class Uniform {
 public:
  double operator()(double low, double high) {
    return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53;
  }

 private:
  std::mt19937_64 bits_{20260101};
};

double relative_error(double value, long double truth) {
  return static_cast<double>(std::fabs((value - truth) / truth));
}

double precise_error(double value, const Precise& truth) {
  return static_cast<double>(abs((Precise(value) - truth) / truth));
}

/// Points that random numbers miss: powers of two and their neighbours.
std::vector<double> edges(int smallest_exponent, int largest_exponent) {
  std::vector<double> values;
  for (int exponent = smallest_exponent; exponent <= largest_exponent; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    values.insert(values.end(), {std::nextafter(power, 0.0), power, std::nextafter(power, infinity)});
  }
  return values;
}

TEST(ExpOf, KeepsItsPromiseOverItsRange) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < points; ++i) {
    const double x = i % 2 == 0 ? uniform(-708.0, 709.0) : uniform(-1.0, 1.0);
    worst = std::max(worst, relative_error(exp_of(x), std::exp(static_cast<long double>(x))));
  }
  for (const double x : edges(-60, 9)) {
    worst = std::max({worst, precise_error(exp_of(x), exp(Precise(x))), precise_error(exp_of(-x), exp(Precise(-x)))});
  }
  EXPECT_LT(worst, 1.7e-16);
}

TEST(ExpOf, SaturatesAndPassesNotANumberOn) {
  EXPECT_EQ(exp_of(0.0), 1.0);
  EXPECT_EQ(exp_of(-0.0), 1.0);
  EXPECT_EQ(exp_of(std::nextafter(-708.0, -infinity)), 0.0);
  EXPECT_GT(exp_of(-708.0), 0.0);
  EXPECT_EQ(exp_of(std::nextafter(709.0, infinity)), infinity);
  EXPECT_LT(exp_of(709.0), infinity);
  EXPECT_EQ(exp_of(-infinity), 0.0);
  EXPECT_EQ(exp_of(infinity), infinity);
  EXPECT_EQ(exp_of(-1e300), 0.0);
  EXPECT_EQ(exp_of(1e300), infinity);
  EXPECT_TRUE(std::isnan(exp_of(std::numeric_limits<double>::quiet_NaN())));
}

TEST(LogOf, KeepsItsPromiseOverItsRange) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < points; ++i) {
    double x = 0.0;
    if (i % 3 == 0) x = std::exp(uniform(-708.0, 709.0));
    if (i % 3 == 1) x = uniform(0.5, 2.0);
    if (i % 3 == 2) x = 1.0 + uniform(-1.0, 1.0) * std::exp2(-uniform(1.0, 52.0));
    if (x != 1.0) worst = std::max(worst, relative_error(log_of(x), std::log(static_cast<long double>(x))));
  }
  for (const double x : edges(-1021, 1023)) {
    if (x != 1.0) worst = std::max(worst, precise_error(log_of(x), log(Precise(x))));
  }
  worst = std::max(worst, precise_error(log_of(std::numeric_limits<double>::min()), log(Precise(0x1p-1022))));
  worst = std::max(worst, precise_error(log_of(std::numeric_limits<double>::max()),
                                        log(Precise(std::numeric_limits<double>::max()))));
  EXPECT_LT(worst, 1.6e-16);
  EXPECT_EQ(log_of(1.0), 0.0);
}

TEST(PowOf, KeepsItsPromiseAndKnowsZero) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < points; ++i) {
    const double x = std::exp(uniform(-30.0, 30.0));
    const double y = uniform(-20.0, 20.0);
    const double scale = 2.0 + std::fabs(y * std::log(x));
    worst = std::max(
        worst,
        relative_error(pow_of(x, y), std::pow(static_cast<long double>(x), static_cast<long double>(y))) / scale);
  }
  EXPECT_LT(worst, 2e-16);
  EXPECT_EQ(pow_of(0.0, 0.7), 0.0);
  EXPECT_EQ(pow_of(3.0, 0.0), 1.0);
  EXPECT_EQ(pow_of(1.0, 1e6), 1.0);
}

TEST(SincosTurns, KeepsItsPromiseOverTheTurn) {
  Uniform uniform;
  constexpr long double two_pi = 6.283185307179586476925286766559005768L;
  double worst_absolute = 0.0;
  double worst_relative = 0.0;
  for (int i = 0; i < points; ++i) {
    const double u = i % 2 == 0 ? uniform(0.0, 1.0) : std::exp2(-uniform(3.0, 60.0));
    const long double sine = std::sin(two_pi * static_cast<long double>(u));
    const long double cosine = std::cos(two_pi * static_cast<long double>(u));
    double own_sine = 0.0;
    double own_cosine = 0.0;
    sincos_turns(u, &own_sine, &own_cosine);
    worst_absolute = std::max({worst_absolute, static_cast<double>(std::fabs(own_sine - sine)),
                               static_cast<double>(std::fabs(own_cosine - cosine))});
    if (u <= 0.125) {
      worst_relative = std::max({worst_relative, relative_error(own_sine, sine), relative_error(own_cosine, cosine)});
    }
  }
  EXPECT_LT(worst_absolute, 1.2e-16);
  EXPECT_LT(worst_relative, 1.7e-16);
}

TEST(SincosTurns, IsExactAtTheQuarters) {
  const double sines[] = {0.0, 1.0, 0.0, -1.0};
  const double cosines[] = {1.0, 0.0, -1.0, 0.0};
  for (int quarter = 0; quarter < 4; ++quarter) {
    double sine = 0.5;
    double cosine = 0.5;
    sincos_turns(0.25 * quarter, &sine, &cosine);
    EXPECT_EQ(sine, sines[quarter]) << quarter;
    EXPECT_EQ(cosine, cosines[quarter]) << quarter;
  }
}

TEST(IlogitOf, KeepsItsPromise) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < points; ++i) {
    const double x = i % 2 == 0 ? uniform(-708.0, 40.0) : uniform(-5.0, 5.0);
    worst = std::max(worst, relative_error(ilogit_of(x), 1.0L / (1.0L + std::exp(-static_cast<long double>(x)))));
  }
  EXPECT_LT(worst, 3e-16);
  EXPECT_EQ(ilogit_of(0.0), 0.5);
  EXPECT_EQ(ilogit_of(-infinity), 0.0);
  EXPECT_EQ(ilogit_of(infinity), 1.0);
}

TEST(LogitOf, KeepsItsPromise) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < points; ++i) {
    const double p = i % 2 == 0 ? uniform(0x1p-40, 1.0) : std::exp(uniform(-700.0, -1e-9));
    const long double truth = std::log(static_cast<long double>(p) / (1.0L - static_cast<long double>(p)));
    const double scale = std::max(1.0, static_cast<double>(std::fabs(truth)));
    worst = std::max(worst, static_cast<double>(std::fabs(logit_of(p) - truth)) / scale);
  }
  EXPECT_LT(worst, 3e-16);
  EXPECT_EQ(logit_of(0.5), 0.0);
}

}  // namespace
}  // namespace vcohort
