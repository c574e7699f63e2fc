#include "engine/analysis/t_test.hpp"

#include <boost/math/distributions/non_central_t.hpp>

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(TTest, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("t_test")) {
    auto columns = columns_of(test_case);
    const auto data = columns.view();
    const auto name = test_case["name"].get<std::string>();
    expect_matches(t_test(data, 1, false, {}, workspace), test_case["pooled"], 1e-8, name + ", pooled");
    expect_matches(t_test(data, 1, true, {}, workspace), test_case["welch"], 1e-8, name + ", Welch");
  }
}

Columns small() {
  Columns columns;
  columns.arm = {0, 0, 0, 0, 1, 1, 1, 1, 1};
  columns.outcome = {1.5, 2.25, 0.5, 3.125, 9.5, 4.75, 6.5, 2.25, 1.125};
  return columns;
}

TEST(TTest, ScaleAndShiftCarryOver) {
  Workspace workspace;
  auto columns = small();
  const auto plain = t_test(columns.view(), 1, true, {}, workspace);
  for (const double factor : {1e-300, 1e-5, 3.0, 1e300}) {
    auto scaled = small();
    for (double& value : scaled.outcome) value *= factor;
    const auto result = t_test(scaled.view(), 1, true, {}, workspace);
    ASSERT_TRUE(result.ok()) << factor;
    // The data were rounded once when scaled.
    expect_close(result.estimate / factor, plain.estimate, 1e-14, "estimate");
    expect_close(result.se / factor, plain.se, 1e-14, "se");
    expect_close(result.statistic, plain.statistic, 1e-13, "statistic");
    expect_close(result.df, plain.df, 1e-13, "df");
  }
  for (double& value : columns.outcome) value += 1024;  // exact in binary
  const auto shifted = t_test(columns.view(), 1, true, {}, workspace);
  expect_close(shifted.statistic, plain.statistic, 1e-12, "statistic");
}

TEST(TTest, PermutingPatientsChangesNothingAndSwappingArmsTheSign) {
  Workspace workspace;
  auto columns = small();
  const auto plain = t_test(columns.view(), 1, false, {}, workspace);
  std::reverse(columns.arm.begin(), columns.arm.end());
  std::reverse(columns.outcome.begin(), columns.outcome.end());
  const auto reversed = t_test(columns.view(), 1, false, {}, workspace);
  expect_close(reversed.statistic, plain.statistic, 1e-14, "reversed");
  for (int& arm : columns.arm) arm = 1 - arm;
  const auto swapped = t_test(columns.view(), 1, false, {}, workspace);
  expect_close(swapped.statistic, -plain.statistic, 1e-14, "swapped");
  expect_close(swapped.lower, -plain.upper, 1e-13, "swapped");
}

TEST(TTest, MissingValuesAndOtherArmsAreLeftOut) {
  Workspace workspace;
  auto columns = small();
  const auto plain = t_test(columns.view(), 1, false, {}, workspace);
  columns.arms = 3;
  columns.arm.insert(columns.arm.begin(), {2, 0, 1, -1});
  columns.outcome.insert(columns.outcome.begin(), {1e6, std::nan(""), std::nan(""), 1e6});
  const auto result = t_test(columns.view(), 1, false, {}, workspace);
  EXPECT_EQ(result.statistic, plain.statistic);
  EXPECT_EQ(result.patients, 9);
}

Failure failure_of(std::vector<int> arm, std::vector<double> outcome, bool welch = false) {
  Workspace workspace;
  Columns columns;
  columns.arm = std::move(arm);
  columns.outcome = std::move(outcome);
  return t_test(columns.view(), 1, welch, {}, workspace).failure;
}

TEST(TTest, FailuresAreTyped) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double missing = std::nan("");
  EXPECT_EQ(failure_of({}, {}), Failure::empty_arm);
  EXPECT_EQ(failure_of({0, 0}, {1, 2}), Failure::empty_arm);
  EXPECT_EQ(failure_of({0, 0, 1}, {1, 2, missing}), Failure::empty_arm);
  EXPECT_EQ(failure_of({0, 1}, {1, 2}), Failure::too_few_patients);
  EXPECT_EQ(failure_of({0, 0, 1}, {1, 2, 3}), Failure::none);
  EXPECT_EQ(failure_of({0, 0, 1}, {1, 2, 3}, true), Failure::too_few_patients);
  EXPECT_EQ(failure_of({0, 0, 1, 1}, {5, 5, 5, 5}), Failure::no_variation);
  EXPECT_EQ(failure_of({0, 0, 1, 1}, {0.1, 0.1, 0.3, 0.3}), Failure::no_variation);
  EXPECT_EQ(failure_of({0, 0, 0, 1, 1, 1}, {0.1, 0.1, 0.1, 0.7, 0.7, 0.7}, true), Failure::no_variation);
  EXPECT_EQ(failure_of({0, 0, 1, 1}, {0, 0, 0, 0}), Failure::no_variation);
  EXPECT_EQ(failure_of({0, 0, 1, 1}, {1, infinity, 2, 3}), Failure::not_finite);
  EXPECT_EQ(failure_of({0, 0, 1, 1}, {-1.7e308, 1.7e308, 1.7e308, -1.7e308}),
            Failure::not_finite);  // so is its interval
}

/// Exact power of the rejection rule over a grid of the statistic: P(|T'| >= c) with the noncentral t, where c is the
/// value at which `decide` changes its mind.
TEST(TTest, RejectionRuleHasThePublishedPower) {
  Workspace workspace;
  const auto power = [&](double n1, double n0, double effect) {
    const double df = n1 + n0 - 2;
    double low = 0, high = 10;
    for (int step = 0; step < 200; ++step) {
      const double middle = (low + high) / 2;
      const auto estimate = wald(middle, 1, df, 0, {}, workspace);
      (decide(estimate, {}, workspace, false).rejected ? high : low) = middle;
    }
    const boost::math::non_central_t distribution(df, effect * std::sqrt(n1 * n0 / (n1 + n0)));
    return boost::math::cdf(boost::math::complement(distribution, high)) + boost::math::cdf(distribution, -high);
  };
  // Printed to eight digits.
  EXPECT_NEAR(power(20, 20, 0.5), 0.33793903, 5e-9);
  EXPECT_NEAR(power(64, 64, 0.5), 0.80145956, 5e-9);
  EXPECT_NEAR(power(86, 86, 0.5), 0.90322998, 5e-9);
  EXPECT_NEAR(power(100, 100, 0.3), 0.56005925, 5e-9);
  EXPECT_NEAR(power(60, 30, 0.6), 0.75613901, 5e-9);
}

}  // namespace
}  // namespace vcohort::analysis
