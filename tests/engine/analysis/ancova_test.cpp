#include "engine/analysis/ancova.hpp"

#include <array>
#include <cmath>
#include <random>

#include "engine/analysis/t_test.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(Ancova, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("ancova")) {
    auto columns = columns_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    std::vector<Estimate> contrasts(static_cast<std::size_t>(columns.arms) - 1);
    if (test_case["adjust"]) columns.covariates.insert(columns.covariates.begin(), columns.baseline);
    if (test_case["change"])
      for (std::size_t i = 0; i < columns.outcome.size(); ++i) columns.outcome[i] -= columns.baseline[i];
    ancova(columns.view(), {}, workspace, contrasts);
    for (std::size_t k = 0; k < contrasts.size(); ++k) {
      expect_matches(contrasts[k], test_case["contrasts"][k], 1e-8, name);
      EXPECT_EQ(contrasts[k].patients, test_case["patients"].get<int>()) << name;
    }
  }
}

TEST(Ancova, WithoutCovariatesIsThePooledTTest) {
  Workspace workspace;
  for (const auto& test_case : oracle("t_test")) {
    auto columns = columns_of(test_case);
    std::array<Estimate, 1> contrast;
    ancova(columns.view(), {}, workspace, contrast);
    expect_matches(contrast[0], test_case["pooled"], 1e-8, test_case["name"]);
  }
}

/// One covariate and two arms are computed without columns of their own; a third arm, of nobody, takes the long way.
TEST(Ancova, OfTheUsualModelHasTheBitsOfTheLongWay) {
  std::mt19937 any(3);
  std::normal_distribution<double> normal;
  Workspace workspace;
  for (int trial = 0; trial < 2000; ++trial) {
    const std::size_t n = 4 + any() % 120;
    const double far = trial % 5 == 0 ? 1e6 : 0, wide = trial % 7 == 0 ? 1e-130 : 1;
    std::vector<double> baseline(n), outcome(n);
    std::vector<int> arm(n);
    for (std::size_t i = 0; i < n; ++i) {
      baseline[i] = far + normal(any);
      outcome[i] = wide * (0.5 * (baseline[i] - far) + normal(any));
      arm[i] = static_cast<int>(any() % 2);
      if (trial % 3 == 0 && any() % 10 == 0) outcome[i] = std::nan("");
      if (trial % 4 == 0 && any() % 10 == 0) baseline[i] = std::nan("");
    }
    const std::span<const double> covariates[] = {baseline};
    Dataset data{.arm = arm, .outcome = outcome, .covariates = covariates};
    std::array<Estimate, 1> one;
    std::array<Estimate, 2> two;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
      if (!is_available(set)) continue;
      force_instruction_set(set);
      data.arms = 2;
      ancova(data, {}, workspace, one);
      data.arms = 3;
      ancova(data, {}, workspace, two);
      ASSERT_EQ(one[0].failure, two[0].failure) << trial;
      if (!one[0].ok()) continue;
      ASSERT_EQ(one[0].estimate, two[0].estimate) << trial;
      ASSERT_EQ(one[0].se, two[0].se) << trial;
      ASSERT_EQ(one[0].df, two[0].df) << trial;
    }
    force_instruction_set(best_instruction_set());
  }
}

Columns trial() {
  auto columns = columns_of(oracle("ancova").at(4));  // factors and missing values
  EXPECT_EQ(columns.factors.size(), 2U);
  return columns;
}

Estimate only_contrast(Columns& columns) {
  Workspace workspace;
  std::array<Estimate, 1> contrast;
  ancova(columns.view(), {}, workspace, contrast);
  return contrast[0];
}

TEST(Ancova, RelabellingAndPermutingCarryOver) {
  auto columns = trial();
  const auto plain = only_contrast(columns);
  for (int& arm : columns.arm) arm = 1 - arm;
  const auto swapped = only_contrast(columns);
  expect_close(swapped.statistic, -plain.statistic, 1e-12, "swapped arms");
  auto relabelled = trial();
  for (int& code : relabelled.factors[0]) code = code < 0 ? code : 4 - code;
  expect_close(only_contrast(relabelled).statistic, plain.statistic, 1e-12, "relabelled levels");
  auto reversed = trial();
  std::reverse(reversed.arm.begin(), reversed.arm.end());
  std::reverse(reversed.outcome.begin(), reversed.outcome.end());
  for (auto& covariate : reversed.covariates) std::reverse(covariate.begin(), covariate.end());
  for (auto& factor : reversed.factors) std::reverse(factor.begin(), factor.end());
  expect_close(only_contrast(reversed).statistic, plain.statistic, 1e-12, "reversed patients");
}

TEST(Ancova, UnitsOfOutcomeAndCovariatesCarryOver) {
  auto columns = trial();
  const auto plain = only_contrast(columns);
  for (const double factor : {1e-280, 1e-3, 1e280}) {
    auto scaled = trial();
    for (double& value : scaled.outcome) value *= factor;
    for (double& value : scaled.covariates[0]) value /= factor;
    const auto result = only_contrast(scaled);
    ASSERT_TRUE(result.ok()) << name_of(result.failure);
    expect_close(result.estimate / factor, plain.estimate, 1e-11, "estimate");
    expect_close(result.statistic, plain.statistic, 1e-11, "statistic");
  }
}

TEST(Ancova, BothWaysToSolveAgree) {
  auto columns = trial();
  const auto plain = only_contrast(columns);
  columns.covariates.push_back(columns.covariates[0]);  // aliased: every column is now orthogonalised
  const auto result = only_contrast(columns);
  EXPECT_EQ(result.aliased, 1);
  expect_close(result.estimate, plain.estimate, 1e-11, "estimate");
  expect_close(result.se, plain.se, 1e-11, "se");
  EXPECT_EQ(result.df, plain.df);
}

TEST(Ancova, AdjustedMeansDifferByTheContrast) {
  auto columns = trial();
  Workspace workspace;
  std::array<Estimate, 1> contrast;
  std::array<Estimate, 2> means;
  ancova(columns.view(), {}, workspace, contrast, means);
  expect_close(means[1].estimate - means[0].estimate, contrast[0].estimate, 1e-11, "difference of adjusted means");
  // Least squares with an intercept: weighted by arm size, the adjusted means average to the mean of the outcome.
  double sum = 0, in_arm_1 = 0, n = 0;
  for (std::size_t i = 0; i < columns.arm.size(); ++i) {
    if (std::isnan(columns.outcome[i]) || std::isnan(columns.covariates[1][i]) || columns.factors[0][i] < 0) continue;
    sum += columns.outcome[i];
    in_arm_1 += columns.arm[i];
    n += 1;
  }
  expect_close((means[0].estimate * (n - in_arm_1) + means[1].estimate * in_arm_1) / n, sum / n, 1e-12, "mean");
}

Columns tiny(std::vector<int> arm, std::vector<double> outcome, std::vector<double> covariate) {
  Columns columns;
  columns.arm = std::move(arm);
  columns.outcome = std::move(outcome);
  columns.covariates = {std::move(covariate)};
  return columns;
}

TEST(Ancova, FailuresAreTyped) {
  auto none = tiny({}, {}, {});
  EXPECT_EQ(only_contrast(none).failure, Failure::empty_arm);
  auto one_arm = tiny({0, 0, 0}, {1, 2, 4}, {1, 2, 3});
  EXPECT_EQ(only_contrast(one_arm).failure, Failure::empty_arm);
  auto no_reference = tiny({1, 1, 1}, {1, 2, 4}, {1, 2, 3});
  EXPECT_EQ(only_contrast(no_reference).failure, Failure::empty_arm);
  auto saturated = tiny({0, 0, 1}, {1, 2, 4}, {1, 2, 3});
  EXPECT_EQ(only_contrast(saturated).failure, Failure::too_few_patients);
  auto constant = tiny({0, 0, 0, 1, 1}, {0.1, 0.1, 0.1, 0.1, 0.1}, {1, 2, 3, 4, 9});
  EXPECT_EQ(only_contrast(constant).failure, Failure::no_variation);
  auto exact = tiny({0, 0, 0, 1, 1}, {1, 2, 3, 4, 9}, {1, 2, 3, 4, 9});
  EXPECT_EQ(only_contrast(exact).failure, Failure::no_variation);
  auto confounded = tiny({0, 0, 0, 1, 1}, {1, 2, 3, 4, 9}, {0.3, 0.3, 0.3, 0.7, 0.7});
  EXPECT_EQ(only_contrast(confounded).failure, Failure::singular_design);
  auto useless = tiny({0, 0, 0, 1, 1}, {1, 2, 3, 4, 9}, {0.3, 0.3, 0.3, 0.3, 0.3});
  EXPECT_TRUE(only_contrast(useless).ok());
  EXPECT_EQ(only_contrast(useless).aliased, 1);
  auto infinite = tiny({0, 0, 0, 1, 1}, {1, 2, 3, 4, 9}, {1, 2, std::numeric_limits<double>::infinity(), 4, 5});
  EXPECT_EQ(only_contrast(infinite).failure, Failure::not_finite);
}

TEST(Ancova, AnEmptyArmFailsAlone) {
  auto columns = tiny({0, 0, 0, 2, 2, 2}, {1, 2, 4, 4, 9, 5}, {1, 2, 3, 4, 9, 2});
  columns.arms = 3;
  Workspace workspace;
  std::array<Estimate, 2> contrasts;
  ancova(columns.view(), {}, workspace, contrasts);
  EXPECT_EQ(contrasts[0].failure, Failure::empty_arm);
  EXPECT_TRUE(contrasts[1].ok());
  EXPECT_EQ(contrasts[1].df, 3);
}

}  // namespace
}  // namespace vcohort::analysis
