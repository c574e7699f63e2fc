#include "engine/analysis/long_data/decimals.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/analysis/dataset.hpp"

namespace vcohort {
namespace {

TEST(Decimals, AreThoseOfTheFinestValue) {
  const auto steps = [](std::vector<double> values) { return steps_of(values); };
  EXPECT_EQ(steps({}), 1);
  EXPECT_EQ(steps({1, 20, -300}), 1);
  EXPECT_EQ(steps({1, 2.5, std::nan("")}), 10);
  EXPECT_EQ(steps({0.25, 100}), 100);
  EXPECT_EQ(steps({-1e-3, 0}), 1000);
  EXPECT_EQ(steps({1234567.12345678}), 1e8);
  EXPECT_EQ(steps({1.234567890123456}), 0);                           // 16 digits
  EXPECT_EQ(steps({1.0 / 3}), 0);                                     // no decimal that anybody wrote
  EXPECT_EQ(steps({1e9, 1e-9}), 0);                                   // steps that a double cannot count
  EXPECT_EQ(steps({std::numeric_limits<double>::infinity(), 1}), 0);  // no number
  EXPECT_EQ(common_steps(10, 100), 100);
  EXPECT_EQ(common_steps(0, 100), 0);
}

/// Every difference of decimals is the double next to the exact one, whatever the two numbers are.
TEST(Decimals, DifferencesAreExact) {
  for (int a = -250; a <= 250; a += 7)
    for (int b = -250; b <= 250; ++b) {
      EXPECT_EQ(analysis::difference(a / 10.0, b / 10.0, 10), (a - b) / 10.0);
      EXPECT_EQ(analysis::difference(a / 100.0, b / 100.0, 100), (a - b) / 100.0);
    }
}

}  // namespace
}  // namespace vcohort
