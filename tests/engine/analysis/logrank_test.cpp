#include "engine/analysis/logrank.hpp"

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(LogRank, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("log_rank")) {
    auto columns = columns_of(test_case);
    if (test_case["rho"] != 0) continue;  // weighted
    if (!test_case["stratified"]) columns.stratum.clear();
    const auto estimate = log_rank(columns.view(), 1, {}, workspace);
    const auto name = test_case["name"].get<std::string>();
    ASSERT_TRUE(estimate.ok()) << name;
    const double excess = test_case["excess"], variance = test_case["variance"];
    expect_close(estimate.estimate, excess / variance, 1e-10, name);
    expect_close(estimate.se, 1 / std::sqrt(variance), 1e-10, name);
    expect_close(estimate.statistic * estimate.statistic, test_case["chi_square"], 1e-10, name);
    expect_close(estimate.p, test_case["p"], 1e-8, name);
    for (int& arm : columns.arm) arm = 1 - arm;
    expect_close(log_rank(columns.view(), 1, {}, workspace).statistic, -estimate.statistic, 1e-10, name);
  }
}

TEST(LogRank, DependsOnOrderOnly) {
  Workspace workspace;
  auto columns = columns_of(oracle("log_rank").at(0));
  const auto plain = log_rank(columns.view(), 1, {}, workspace);
  for (double& t : columns.time) t = t * t * t;
  EXPECT_EQ(log_rank(columns.view(), 1, {}, workspace).statistic, plain.statistic);
  std::reverse(columns.arm.begin(), columns.arm.end());
  std::reverse(columns.time.begin(), columns.time.end());
  std::reverse(columns.event.begin(), columns.event.end());
  EXPECT_EQ(log_rank(columns.view(), 1, {}, workspace).statistic, plain.statistic);
}

TEST(LogRank, FailuresAreTyped) {
  Workspace workspace;
  const auto failure = [&](std::vector<int> arm, std::vector<double> time, std::vector<std::uint8_t> event) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.time = std::move(time);
    columns.event = std::move(event);
    return log_rank(columns.view(), 1, {}, workspace).failure;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(failure({}, {}, {}), Failure::empty_arm);
  EXPECT_EQ(failure({1, 1}, {1, 2}, {1, 1}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 1}, {1, 2, infinity}, {1, 1, 0}), Failure::not_finite);
  EXPECT_EQ(failure({0, 1}, {1, 2}, {1, 1}), Failure::none);
}

/// Nobody has the event, or nobody is at risk in the other arm when somebody has.
TEST(LogRank, WithoutAComparisonSaysNothing) {
  Workspace workspace;
  for (const std::vector<std::uint8_t>& event : {std::vector<std::uint8_t>{0, 0, 0}, {1, 1, 0}}) {
    Columns columns;
    columns.arm = {0, 0, 1};
    columns.time = {1, 2, 0.5};
    columns.event = event;
    const auto estimate = log_rank(columns.view(), 1, {}, workspace);
    ASSERT_TRUE(estimate.ok());
    EXPECT_EQ(estimate.statistic, 0);
    EXPECT_EQ(estimate.p, 1);
    EXPECT_TRUE(std::isnan(estimate.estimate));
    EXPECT_FALSE(decide(estimate, {.aim = Aim::non_inferiority, .margin = 1}, workspace).rejected);
  }
}

}  // namespace
}  // namespace vcohort::analysis
