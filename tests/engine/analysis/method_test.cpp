#include "engine/analysis/method.hpp"

#include <array>
#include <random>

#include "engine/analysis/t_test.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(Method, NamesAreUniqueAndFound) {
  for (int k = 0; k < methods; ++k) {
    const auto method = static_cast<Method>(k);
    EXPECT_EQ(describe(method).method, method);
    EXPECT_EQ(method_named(describe(method).name), method);
  }
  EXPECT_FALSE(method_named("guess"));
}

TEST(Analysis, AFallbackIsDeclaredUsedAndCounted) {
  Workspace workspace;
  Columns columns;
  columns.arm = {0, 0, 0, 0, 1, 1, 1, 1};
  columns.outcome = {1, 2, 3, 5, 4, 7, 6, 9};
  columns.covariates = {{0, 0, 0, 0, 1, 1, 1, 1}};  // confounded with the arm
  std::array<Result, 1> results;
  analyze(columns.view(), {.method = Method::ancova}, workspace, results);
  EXPECT_EQ(results[0].estimate.failure, Failure::singular_design);
  EXPECT_EQ(results[0].decision.failure, Failure::singular_design);
  EXPECT_FALSE(results[0].decision.rejected);
  analyze(columns.view(), {.method = Method::ancova, .fallbacks = {Method::t_test}}, workspace, results);
  EXPECT_EQ(results[0].first_failure, Failure::singular_design);
  EXPECT_EQ(results[0].method, Method::t_test);
  EXPECT_EQ(results[0].estimate.statistic, t_test(columns.view(), 1, {}, {}, workspace).statistic);
  EXPECT_TRUE(results[0].decision.rejected);
}

TEST(Analysis, AFallbackThatFailsTooLeavesTheFirstFailure) {
  Workspace workspace;
  Columns columns;
  columns.arm = {0, 0, 0, 1, 1, 1};
  columns.outcome = {2, 2, 2, 2, 2, 2};
  std::array<Result, 1> results;
  analyze(columns.view(), {.method = Method::negative_binomial, .fallbacks = {Method::welch, Method::wilcoxon}},
          workspace, results);
  EXPECT_EQ(results[0].method, Method::negative_binomial);  // a constant count is a fine Poisson sample
  columns.outcome = {0, 0, 0, 0, 0, 0};
  analyze(columns.view(), {.method = Method::negative_binomial, .fallbacks = {Method::welch, Method::poisson}},
          workspace, results);
  EXPECT_EQ(results[0].estimate.failure, Failure::no_events);
  EXPECT_EQ(results[0].first_failure, Failure::no_events);
}

TEST(Analysis, TheScoreTestOfAMarginIsDecidedAtTheMargin) {
  Workspace workspace;
  Columns columns;
  for (int i = 0; i < 100; ++i) {
    columns.arm.push_back(i % 2);
    columns.outcome.push_back(i < 80 ? 1 : 0);
  }
  std::array<Result, 1> results;
  const Hypothesis hypothesis{.aim = Aim::non_inferiority, .margin = 0.17};
  analyze(columns.view(), {.method = Method::miettinen_nurminen, .hypothesis = hypothesis}, workspace, results);
  EXPECT_EQ(results[0].decision.rejected, results[0].estimate.lower > -0.17);
  EXPECT_TRUE(results[0].decision.rejected);
  analyze(columns.view(), {.method = Method::chi_square, .hypothesis = hypothesis}, workspace, results);
  EXPECT_EQ(results[0].decision.failure, Failure::null_not_supported);
}

/// Datasets that simulations and files really contain: tiny, constant, tied, huge, tiny values, missing, empty arms.
struct Rough {
  Columns columns;
  Rough(std::mt19937& generator, bool binary) {
    const auto pick = [&generator](int n) { return std::uniform_int_distribution<int>(0, n - 1)(generator); };
    const int patients = pick(14);
    const double scale = std::array{1.0, 1e-300, 1e300, 1e-8, 1e155}[static_cast<std::size_t>(pick(5))];
    const int values = 1 + pick(6);
    columns.arms = 3;
    columns.strata = 3;
    columns.levels = {3};
    columns.covariates.resize(2);
    columns.factors.resize(1);
    for (int i = 0; i < patients; ++i) {
      columns.arm.push_back(pick(8) == 0 ? -1 : pick(3));
      const double outcome = binary ? pick(2) : pick(values) * scale * (pick(2) ? 1 : -1);
      columns.outcome.push_back(pick(9) == 0 ? std::nan("") : outcome);
      columns.baseline.push_back(pick(values) * scale);
      columns.covariates[0].push_back(pick(values) * scale);
      columns.covariates[1].push_back(pick(12) == 0 ? std::nan("") : pick(3));
      columns.factors[0].push_back(pick(12) == 0 ? -1 : pick(3));
      columns.stratum.push_back(pick(12) == 0 ? -1 : pick(3));
      columns.time.push_back(pick(values) * scale);
      columns.event.push_back(static_cast<std::uint8_t>(pick(2)));
      columns.exposure.push_back(1 + pick(2));
    }
  }
};

/// NaN never leaks: an estimate is either a typed failure or made of finite numbers.
TEST(Analysis, RoughDataGiveNumbersOrTypedFailures) {
  std::mt19937 generator(20260101);
  Workspace workspace;
  std::array<int, methods> fine{};
  for (int trial = 0; trial < 3000; ++trial) {
    Rough rough(generator, trial % 3 == 0);
    auto data = rough.columns.view();
    if (trial % 2 == 0) data.covariates = {};
    if (trial % 4 == 0) data.factors = {};
    const std::array<RankedEndpoint, 2> hierarchy{
        RankedEndpoint{.value = rough.columns.time, .event = rough.columns.event},
        RankedEndpoint{.value = rough.columns.outcome}};
    data.hierarchy = hierarchy;
    for (int k = 0; k < methods; ++k) {
      const auto method = static_cast<Method>(k);
      std::array<Result, 2> results;
      const bool change = trial % 5 == 0;
      analyze(data, {.method = method, .change_from_baseline = change, .adjust_for_baseline = change}, workspace,
              results);
      for (const auto& result : results) {
        const auto& estimate = result.estimate;
        if (!estimate.ok()) {
          EXPECT_TRUE(std::isnan(estimate.estimate) && std::isnan(estimate.p)) << describe(method).name << trial;
          EXPECT_EQ(result.decision.failure, estimate.failure);
          continue;
        }
        ++fine[static_cast<std::size_t>(k)];
        // An estimate that is not finite has an interval without an end in its direction, and no standard error.
        if (std::isfinite(estimate.estimate)) {
          for (const double number : {estimate.se, estimate.lower, estimate.upper})
            EXPECT_TRUE(std::isfinite(number)) << describe(method).name << " in dataset " << trial;
          EXPECT_LT(estimate.lower, estimate.upper) << describe(method).name << " in dataset " << trial;
          EXPECT_LE(estimate.lower, estimate.estimate) << describe(method).name << " in dataset " << trial;
          EXPECT_GE(estimate.upper, estimate.estimate) << describe(method).name << " in dataset " << trial;
        } else {
          EXPECT_TRUE(std::isinf(estimate.lower) || std::isinf(estimate.upper)) << describe(method).name << trial;
          EXPECT_TRUE(std::isnan(estimate.se)) << describe(method).name << trial;
        }
        EXPECT_FALSE(std::isnan(estimate.statistic)) << describe(method).name << " in dataset " << trial;
        EXPECT_TRUE(estimate.p >= 0 && estimate.p <= 1) << describe(method).name << " in dataset " << trial;
        EXPECT_TRUE(result.decision.p >= 0 && result.decision.p <= 1)
            << describe(method).name << " in dataset " << trial;
      }
    }
  }
  for (int k = 0; k < methods; ++k)
    EXPECT_GT(fine[static_cast<std::size_t>(k)], 30) << describe(static_cast<Method>(k)).name;
}

}  // namespace
}  // namespace vcohort::analysis
