#include "engine/numeric/student_t.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/students_t.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>

#include "engine/numeric/elementary.hpp"

namespace vcohort {
namespace {

/// Boost.Math in 50 digits: no rounding of its own.
using Exact = boost::multiprecision::cpp_bin_float_50;

double exact_two_sided(double t, double df) {
  return static_cast<double>(2 * cdf(complement(boost::math::students_t_distribution<Exact>(df), Exact(t))));
}

/// What the docstring promises.
double error_at(double df) {
  return df <= 2000 ? 2e-13 : 1e-10;
}

TEST(StudentT, TailsAgreeWithBoostInFiftyDigits) {
  for (double df : {0.5, 1.0, 1.7, 2.0, 3.3, 8.0, 17.25, 64.0, 183.77, 1000.5, 25000.0, 1e6})
    for (double t : {1e-6, 0.01, 0.3, 0.9, 1.0, 1.3, 1.96, 2.5, 4.0, 8.0, 20.0}) {
      const double exact = exact_two_sided(t, df);
      if (exact < 1e-280) continue;  // of no use to anybody
      EXPECT_NEAR(student_two_sided(t, df) / exact, 1, error_at(df)) << "t " << t << " df " << df;
    }
}

TEST(StudentT, ClosedForms) {
  // One degree of freedom is Cauchy's: P(|T| > 1) = 1/2; two: P(|T| > t) = 1 - t / sqrt(2 + t^2).
  EXPECT_NEAR(student_two_sided(1, 1), 0.5, 1e-15);
  EXPECT_NEAR(student_two_sided(3, 2), 1 - 3 / std::sqrt(11.0), 1e-15);
  EXPECT_EQ(student_two_sided(0, 5), 1);
  EXPECT_EQ(student_two_sided(-1.5, 5), student_two_sided(1.5, 5));
  EXPECT_EQ(student_two_sided(std::numeric_limits<double>::infinity(), 5), 0);
  EXPECT_NEAR(student_two_sided(1.959963984540054, std::numeric_limits<double>::infinity()), 0.05, 1e-15);
}

TEST(StudentT, CriticalValuesInvertTheTail) {
  for (double df : {0.7, 1.0, 2.0, 5.5, 30.0, 183.77, 4000.0, 1e6})
    for (double p : {1e-12, 1e-6, 0.001, 0.025, 0.05, 0.1, 0.5, 0.9, 0.999}) {
      const double t = student_critical(df, p);
      EXPECT_NEAR(student_two_sided(t, df) / p, 1, 3 * error_at(df)) << "p " << p << " df " << df;
    }
  // Against the quantile of Boost.Math, whose own error is a few units of the last digit.
  EXPECT_NEAR(student_critical(10, 0.05), quantile(complement(boost::math::students_t_distribution<double>(10), 0.025)),
              1e-14);
}

TEST(StudentT, SoManyDegreesOfFreedomAreNormal) {
  // t^2 / df is below the last digit of 1. 2 (1 - Phi(2)) = 0.0455002638963584.
  EXPECT_NEAR(student_two_sided(2, 1e17), 0.0455002638963584, 1e-8);
}

}  // namespace
}  // namespace vcohort
