#include "engine/analysis/wilcoxon.hpp"

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(Wilcoxon, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("wilcoxon")) {
    auto columns = columns_of(test_case);
    const auto data = columns.view();
    const auto name = test_case["name"].get<std::string>();
    const auto automatic = wilcoxon(data, 1, {}, {}, workspace);
    ASSERT_TRUE(automatic.ok()) << name;
    EXPECT_EQ(automatic.reference == Reference::exact, test_case["exact"].get<bool>()) << name;
    expect_close(automatic.p, test_case["p"], 1e-10, name);
    if (automatic.reference == Reference::exact) {
      expect_close(automatic.p_less, test_case["p_less"], 1e-10, name);
      expect_close(automatic.p_greater, test_case["p_greater"], 1e-10, name);
    }
    const auto plain = wilcoxon(data, 1, {.continuity = false, .exact_when_small = false}, {}, workspace);
    expect_close(plain.p, test_case["p_plain"], 1e-10, name);
    const auto corrected = wilcoxon(data, 1, {.exact_when_small = false}, {}, workspace);
    expect_close(corrected.p, test_case["p_corrected"], 1e-10, name);
    EXPECT_NEAR(plain.estimate, test_case["estimate"].get<double>(), 1e-14) << name;
    EXPECT_NEAR(plain.se, test_case["se"].get<double>(), 1e-8) << name;  // a root of a difference, 0 without overlap
  }
}

TEST(VanElteren, AgreesWithItsDefinition) {
  Workspace workspace;
  for (const auto& test_case : oracle("van_elteren")) {
    auto columns = columns_of(test_case);
    const auto estimate = wilcoxon(columns.view(), 1, {.stratified = true}, {}, workspace);
    expect_matches(estimate, test_case, 1e-10, test_case["name"]);
    // A stratum without a comparison says nothing.
    columns.strata += 1;
    columns.arm.push_back(1);
    columns.outcome.push_back(100);
    columns.stratum.push_back(columns.strata - 1);
    EXPECT_EQ(wilcoxon(columns.view(), 1, {.stratified = true}, {}, workspace).statistic, estimate.statistic);
  }
}

TEST(VanElteren, OfOneStratumIsWilcoxon) {
  Workspace workspace;
  auto columns = columns_of(oracle("wilcoxon").at(0));
  columns.stratum.assign(columns.arm.size(), 0);
  const auto stratified = wilcoxon(columns.view(), 1, {.stratified = true}, {}, workspace);
  const auto plain = wilcoxon(columns.view(), 1, {.continuity = false, .exact_when_small = false}, {}, workspace);
  expect_close(stratified.statistic, plain.statistic, 1e-14, "statistic");
  expect_close(stratified.estimate, plain.estimate, 1e-14, "estimate");
}

TEST(Wilcoxon, DependsOnOrderOnly) {
  Workspace workspace;
  auto columns = columns_of(oracle("wilcoxon").at(0));
  const auto plain = wilcoxon(columns.view(), 1, {}, {}, workspace);
  auto transformed = columns;
  for (double& value : transformed.outcome) value = std::exp(value / 3);
  EXPECT_EQ(wilcoxon(transformed.view(), 1, {}, {}, workspace).p, plain.p);
  std::reverse(transformed.outcome.begin(), transformed.outcome.end());
  std::reverse(transformed.arm.begin(), transformed.arm.end());
  EXPECT_EQ(wilcoxon(transformed.view(), 1, {}, {}, workspace).p, plain.p);
  for (int& arm : columns.arm) arm = 1 - arm;
  const auto swapped = wilcoxon(columns.view(), 1, {}, {}, workspace);
  EXPECT_NEAR(swapped.statistic, -plain.statistic, 1e-14);
  EXPECT_NEAR(swapped.estimate, -plain.estimate, 1e-14);
}

TEST(Wilcoxon, FailuresAreTyped) {
  Workspace workspace;
  const auto failure = [&](std::vector<int> arm, std::vector<double> outcome) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.outcome = std::move(outcome);
    columns.stratum.assign(columns.arm.size(), 0);
    const auto plain = wilcoxon(columns.view(), 1, {}, {}, workspace).failure;
    EXPECT_EQ(wilcoxon(columns.view(), 1, {.stratified = true}, {}, workspace).failure, plain);
    return plain;
  };
  EXPECT_EQ(failure({}, {}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 0}, {1, 2, 3}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 1}, {3, 4}), Failure::none);
}

/// Arms that do not overlap, and values that all tie: Newcombe's (2006) method 5, solved by R's uniroot.
TEST(Wilcoxon, IntervalsHaveAWidth) {
  Workspace workspace;
  const auto of = [&](std::vector<int> arm, std::vector<double> outcome, bool stratified) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.outcome = std::move(outcome);
    columns.stratum.assign(columns.arm.size(), 0);
    return wilcoxon(columns.view(), 1, {.stratified = stratified}, {}, workspace);
  };
  const std::vector<int> arm{1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
  for (const bool stratified : {false, true}) {
    const auto apart = of(arm, {21, 22, 23, 24, 25, 1, 2, 3, 4, 5, 6, 7}, stratified);
    EXPECT_EQ(apart.estimate, 0.5);
    EXPECT_NEAR(apart.lower, 0.682789748174357 - 0.5, 1e-10);
    EXPECT_EQ(apart.upper, 0.5);
    const auto tied = of(arm, std::vector<double>(12, 3.0), stratified);
    ASSERT_TRUE(tied.ok());
    EXPECT_EQ(tied.statistic, 0);
    EXPECT_EQ(tied.p, 1);
    EXPECT_NEAR(tied.lower, 0.221564271860132 - 0.5, 1e-10);
    EXPECT_NEAR(tied.upper, 0.778435728139868 - 0.5, 1e-10);
  }
  const auto one_patient = of({1, 0, 0, 0, 0}, {2.5, 2, 3, 4, 5}, false);
  EXPECT_NEAR(one_patient.lower, 0.0293225416208212 - 0.5, 1e-10);
  EXPECT_NEAR(one_patient.upper, 0.7965024887532316 - 0.5, 1e-10);
}

}  // namespace
}  // namespace vcohort::analysis
