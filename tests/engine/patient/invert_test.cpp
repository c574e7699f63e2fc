#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/triangular.hpp>

#include "engine/patient/patient.hpp"
#include "tests/engine/patient/statistics.hpp"

// A covariate's value from a uniform, against the quantile functions of Boost.Math.
namespace vcohort {
namespace {

using Kind = Distribution::Kind;

const std::vector<double> uniforms = {0x1p-33, 1e-6, 0.02, 0.25, 0.4999, 0.5001, 0.75, 0.98, 1 - 1e-6, 1 - 0x1p-33};
constexpr double tolerance = 1e-12;  // relative: quantile functions differ by their last digits

void expect_close(double value, double expected) {
  EXPECT_NEAR(value, expected, tolerance * std::max(1.0, std::fabs(expected)));
}

TEST(Invert, FixedAndUniform) {
  Distribution d;
  d.value = 4.5;
  Distribution flat;
  flat.kind = Kind::uniform;
  flat.low = 1;
  flat.high = 12;
  for (double u : uniforms) {
    EXPECT_EQ(invert(d, u), 4.5);
    expect_close(invert(flat, u), 1 + 11 * u);
  }
}

TEST(Invert, NormalWithAndWithoutBounds) {
  Distribution d;
  d.kind = Kind::normal;
  d.mean = 4;
  d.sd = 2;
  d.low = -INFINITY;
  d.high = INFINITY;
  const boost::math::normal law(4, 2);
  for (double u : uniforms) expect_close(invert(d, u), quantile(law, u));
  d.low = 1;
  d.high = 12;
  const double from = cdf(law, 1), to = cdf(law, 12);
  for (double u : uniforms) {
    const double value = invert(d, u);
    EXPECT_GE(value, 1);
    EXPECT_LE(value, 12);
    EXPECT_NEAR((cdf(law, value) - from) / (to - from), u, tolerance);
  }
}

TEST(Invert, LognormalWithAndWithoutBounds) {
  Distribution d;
  d.kind = Kind::lognormal;
  d.median = 2.1;
  d.sigma = 0.45;
  d.low = 0;
  d.high = INFINITY;
  const boost::math::normal law(std::log(2.1), 0.45);
  for (double u : uniforms) expect_close(invert(d, u), std::exp(quantile(law, u)));
  d.low = 1;
  d.high = 6;
  const double from = cdf(law, 0), to = cdf(law, std::log(6));
  for (double u : uniforms) EXPECT_NEAR((cdf(law, std::log(invert(d, u))) - from) / (to - from), u, tolerance);
}

TEST(Eligibility, AnAgeBelongsToTheIntervalThatBeginsThere) {
  Eligibility eligibility;
  eligibility.age_years = Interval{2, 12};
  EXPECT_TRUE(age_and_level_eligible(eligibility, 2, 0));
  EXPECT_FALSE(age_and_level_eligible(eligibility, 12, 0));
}

TEST(Invert, Triangular) {
  Distribution d;
  d.kind = Kind::triangular;
  d.low = 1;
  d.mode = 3;
  d.high = 12;
  const boost::math::triangular law(1, 3, 12);
  for (double u : uniforms) expect_close(invert(d, u), quantile(law, u));
}

TEST(Invert, BandsKeepTheirSharesAndAreUniformInside) {
  Distribution d;
  d.kind = Kind::bands;
  d.bands = {{1, 3}, {3, 6}, {10, 18}};
  d.shares = {0.2, 0.5, 0.3};
  expect_close(invert(d, 0.1), 2);
  expect_close(invert(d, 0.45), 4.5);
  expect_close(invert(d, 0.85), 14);
  for (double u : uniforms) {
    const double value = invert(d, u);
    EXPECT_TRUE((value >= 1 && value <= 6) || (value >= 10 && value <= 18)) << value;
  }
  d.shares = {0.5, 0.0, 0.5};  // a band without share is never drawn
  for (double u : uniforms) EXPECT_FALSE(invert(d, u) > 3 && invert(d, u) < 10);
}

}  // namespace
}  // namespace vcohort
