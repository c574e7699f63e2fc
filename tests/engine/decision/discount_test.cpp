#include "engine/policy/decision/discount.hpp"

#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

TEST(Discount, TenYearsAtThreeAndAHalfPerCent) {
  // The oracle's printed digits.
  EXPECT_NEAR(discounted_years(0.035, 10, FlowTiming::end), 8.316605323, 5e-10);
  EXPECT_NEAR(discounted_years(0.035, 10, FlowTiming::mid), 8.460894, 5e-7);
  EXPECT_NEAR(discounted_years(0.035, 10, FlowTiming::start), 8.607687, 5e-7);
  EXPECT_NEAR(discounted_years(0.035, 10, FlowTiming::trapezoid), 8.462146, 5e-7);
  EXPECT_NEAR(discounted_years(0.035, 10, FlowTiming::continuous), 8.461311465, 5e-10);
}

TEST(Discount, NoRateLeavesYearsAsTheyAre) {
  for (const FlowTiming timing :
       {FlowTiming::start, FlowTiming::mid, FlowTiming::end, FlowTiming::trapezoid, FlowTiming::continuous})
    EXPECT_DOUBLE_EQ(discounted_years(0, 7.25, timing), 7.25) << name_of(timing);
}

TEST(Discount, SmallRatesAreContinuous) {
  // The series and the closed form meet: both sides of their border agree to rounding of the closed form.
  const auto value = [](double rate) { return discounted_years(rate, 1, FlowTiming::continuous); };
  EXPECT_NEAR(value(1.00004e-4), value(0.99996e-4), 1e-8);
  EXPECT_NEAR(value(1e-6), 1 - 0.5e-6, 1e-12);
}

// (1 - exp(-x)) / x with x = log(1 + r), in 40 digits (Python's decimal): both sides of where the series takes over.
TEST(Discount, TheIntegralNearZero) {
  const auto value = [](double rate) { return discounted_span(rate, 0, 1, FlowTiming::continuous); };
  EXPECT_NEAR(value(1e-3), 0.99950041629201495, 1e-15);
  EXPECT_NEAR(value(1.0002e-4), 0.99994999416795831, 1e-15);
  EXPECT_NEAR(value(9.999e-5), 0.99995000916545852, 1e-15);
  EXPECT_NEAR(value(5e-5), 0.99997500104161979, 1e-15);
  EXPECT_NEAR(value(1e-8), 0.99999999500000004, 1e-15);
  EXPECT_EQ(value(0), 1);
}

TEST(Discount, AYearIsTheSumOfItsParts) {
  const double whole = discounted_span(0.05, 3, 4, FlowTiming::continuous);
  const double parts =
      discounted_span(0.05, 3, 3.3, FlowTiming::continuous) + discounted_span(0.05, 3.3, 4, FlowTiming::continuous);
  EXPECT_NEAR(whole, parts, 1e-14);
}

TEST(Discount, FactorIsNotOneMinusRate) {
  EXPECT_NEAR(discount_factor(0.035, 1), 1 / 1.035, 1e-15);
  EXPECT_NEAR(discount_factor(0.035, 20), 0.5025658844317, 5e-14);  // 1.035^-20
}

TEST(Discount, RefusesWhatMakesNoSense) {
  EXPECT_THROW(discount_factor(-1, 1), InternalError);
  EXPECT_THROW(discounted_years(0.03, -1, FlowTiming::mid), InternalError);
}

// At a rate of 1 the flow halves every year: its integral over the first is (1 - 1/2) / log 2.
TEST(Discount, TheIntegralOfAFlowThatHalves) {
  EXPECT_NEAR(discounted_span(1, 0, 1, FlowTiming::continuous), 0.5 / 0.69314718055994531, 1e-15);
}

}  // namespace
}  // namespace vcohort
