#include "engine/analysis/win_ratio.hpp"

#include <array>

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

/// Time to event first, then the outcome.
Estimate compare(Columns& columns, WinCounts* counts = nullptr) {
  Workspace workspace;
  const std::array<RankedEndpoint, 2> hierarchy{RankedEndpoint{.value = columns.time, .event = columns.event},
                                                RankedEndpoint{.value = columns.outcome}};
  auto data = columns.view();
  data.hierarchy = hierarchy;
  return win_ratio(data, 1, {}, workspace, counts);
}

TEST(WinRatio, AgreesWithItsDefinition) {
  for (const auto& test_case : oracle("win_ratio")) {
    auto columns = columns_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    WinCounts counts;
    const auto ratio = compare(columns, &counts);
    EXPECT_EQ(counts.wins, test_case["wins"].get<double>()) << name;
    EXPECT_EQ(counts.losses, test_case["losses"].get<double>()) << name;
    expect_matches(ratio, test_case["ratio"], 1e-10, name);
    for (int& arm : columns.arm) arm = 1 - arm;
    expect_close(compare(columns).statistic, -ratio.statistic, 1e-10, name);
  }
}

TEST(WinRatio, SmallDifferencesTieAndDirectionCounts) {
  Workspace workspace;
  Columns columns;
  columns.arm = {0, 0, 1, 1};
  columns.outcome = {10, 20, 14, 30};
  auto data = columns.view();
  WinCounts counts;
  std::array<RankedEndpoint, 1> hierarchy{RankedEndpoint{.value = columns.outcome, .smallest_win = 4}};
  data.hierarchy = hierarchy;
  win_ratio(data, 1, {}, workspace, &counts);  // 14-10 ties, 14-20 loses, 30 wins twice
  EXPECT_EQ(counts.wins, 2);
  EXPECT_EQ(counts.losses, 1);
  EXPECT_EQ(counts.ties, 1);
  hierarchy[0].higher_is_better = false;
  win_ratio(data, 1, {}, workspace, &counts);
  EXPECT_EQ(counts.wins, 1);
  EXPECT_EQ(counts.losses, 2);
}

/// Equal times: who was seen without the event outlives who had it, whoever is compared first; two events tie, and so
/// do two censored ones. Active (5, censored) and (5, event) against (5, event) and (5, censored): one win, one loss.
TEST(WinRatio, EqualTimesAreDecidedByTheEvent) {
  Workspace workspace;
  Columns columns;
  columns.arm = {1, 1, 0, 0};
  columns.time = {5, 5, 5, 5};
  columns.event = {0, 1, 1, 0};
  columns.outcome = {0, 0, 0, 0};
  WinCounts counts;
  compare(columns, &counts);
  EXPECT_EQ(counts.wins, 1);
  EXPECT_EQ(counts.losses, 1);
  EXPECT_EQ(counts.ties, 2);
  // Who was last seen half a month before the other's event is not known to outlive it.
  columns.time = {4.5, 4.5, 5, 5};
  columns.event = {0, 0, 1, 1};
  compare(columns, &counts);
  EXPECT_EQ(counts.ties, 4);
  // Active events at 5 and 9 against 1 and 9, where a win takes more than 4 months: 5 - 1 = 4 ties, 9 - 1 wins, 5 - 9
  // ties, 9 - 9 ties.
  columns.time = {5, 9, 1, 9};
  columns.event = {1, 1, 1, 1};
  auto data = columns.view();
  const std::array<RankedEndpoint, 1> hierarchy{
      RankedEndpoint{.value = columns.time, .event = columns.event, .smallest_win = 4}};
  data.hierarchy = hierarchy;
  win_ratio(data, 1, {}, workspace, &counts);
  EXPECT_EQ(counts.wins, 1);
  EXPECT_EQ(counts.losses, 0);
  EXPECT_EQ(counts.ties, 3);
}

TEST(WinRatio, FailuresAreTyped) {
  const auto failure = [](std::vector<int> arm, std::vector<double> outcome) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.outcome = std::move(outcome);
    columns.time.assign(columns.arm.size(), 1);
    columns.event.assign(columns.arm.size(), 0);
    return compare(columns).failure;
  };
  EXPECT_EQ(failure({}, {}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0}, {1, 2}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 1}, {1, 2, 1.5}), Failure::too_few_patients);
  EXPECT_EQ(failure({0, 0, 1, 1}, {1, 3, 2, 4}), Failure::none);
}

/// All pairs won: the ratio is infinite, and its test that of Finkelstein and Schoenfeld, which without ties is the
/// rank-sum test: z = 35 / 2 / sqrt(35 / 12 * 13). The interval is that of the share of wins, on the logit scale.
TEST(WinRatio, OfArmsThatDoNotOverlapTestsAndHasAnIntervalWithOneEnd) {
  Columns columns;
  columns.arm = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
  columns.outcome = {21, 22, 23, 24, 25, 1, 2, 3, 4, 5, 6, 7};
  columns.time.assign(columns.arm.size(), 1);
  columns.event.assign(columns.arm.size(), 0);
  const double z = 17.5 / std::sqrt(35.0 / 12 * 13);
  const auto above = compare(columns);
  ASSERT_TRUE(above.ok());
  EXPECT_EQ(above.estimate, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(above.statistic, z, 1e-13);
  EXPECT_NEAR(above.lower, std::log(0.682789748174357 / (1 - 0.682789748174357)), 1e-9);
  EXPECT_EQ(above.upper, std::numeric_limits<double>::infinity());
  for (int& arm : columns.arm) arm = 1 - arm;
  const auto below = compare(columns);
  EXPECT_EQ(below.estimate, -above.estimate);
  EXPECT_NEAR(below.p, above.p, 1e-15);
}

TEST(WinRatio, OfTiesAloneSaysNothing) {
  Columns columns;
  columns.arm = {0, 0, 1, 1};
  columns.outcome = {3, 3, 3, 3};
  columns.time.assign(4, 1);
  columns.event.assign(4, 0);
  const auto ratio = compare(columns);
  ASSERT_TRUE(ratio.ok());
  EXPECT_TRUE(std::isnan(ratio.estimate));
  EXPECT_EQ(ratio.p, 1);
}

}  // namespace
}  // namespace vcohort::analysis
