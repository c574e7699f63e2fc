#include "engine/analysis/counts.hpp"

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

struct Fitted {
  std::vector<Estimate> contrasts;
  CountFit fit;
};

Fitted fit(Columns& columns) {
  Workspace workspace;
  Fitted fitted;
  fitted.contrasts.resize(static_cast<std::size_t>(columns.arms) - 1);
  fitted.fit = compare_counts(columns.view(), {}, workspace, fitted.contrasts);
  return fitted;
}

TEST(Counts, AgreeWithR) {
  for (const auto& test_case : oracle("counts")) {
    auto columns = columns_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    const auto negative_binomial = fit(columns);
    for (std::size_t k = 0; k < negative_binomial.contrasts.size(); ++k) {
      expect_matches(negative_binomial.contrasts[k], test_case["contrasts"][k], 1e-8, name);
    }
    expect_close(negative_binomial.fit.dispersion, test_case["dispersion"], 1e-8, name);
    expect_close(negative_binomial.fit.log_likelihood, test_case["log_likelihood"], 1e-10, name);
  }
}

Columns small(std::vector<int> arm, std::vector<double> outcome, std::vector<double> exposure = {}) {
  Columns columns;
  columns.arm = std::move(arm);
  columns.outcome = std::move(outcome);
  columns.exposure = std::move(exposure);
  return columns;
}

TEST(Counts, WithoutOverdispersionAreThePoissonRateRatio) {
  auto columns = small({0, 0, 0, 1, 1, 1}, {4, 5, 4, 8, 9, 8}, {1, 1, 1, 2, 1, 1});
  const auto fitted = fit(columns);
  EXPECT_EQ(fitted.fit.dispersion, 0);
  expect_close(fitted.contrasts[0].estimate, std::log(25.0 / 4 / (13.0 / 3)), 1e-12, "log rate ratio");
  expect_close(fitted.contrasts[0].se, std::sqrt(1.0 / 25 + 1.0 / 13), 1e-12, "standard error");
}

TEST(Counts, LargeCountsUseTheSpecialFunctions) {
  // One count beyond the change of method, and the closed form of the rate ratio with equal exposure.
  auto columns = small({0, 0, 0, 0, 1, 1, 1, 1}, {10, 60, 70, 5000, 5, 63, 64, 65});
  const auto fitted = fit(columns);
  ASSERT_TRUE(fitted.contrasts[0].ok());
  expect_close(fitted.contrasts[0].estimate, std::log(197.0 / 5140), 1e-10, "log rate ratio");
  const double mean0 = 5140.0 / 4, mean1 = 197.0 / 4;
  const double variance = (1 / mean0 + fitted.fit.dispersion + 1 / mean1 + fitted.fit.dispersion) / 4;
  expect_close(fitted.contrasts[0].se, std::sqrt(variance), 1e-10, "standard error");
}

TEST(Counts, BothWaysToSumAgree) {
  // The limit is 4096 events; the log-likelihood and dispersion change smoothly across it.
  const auto at = [](double largest) {
    auto columns = small({0, 0, 0, 0, 1, 1, 1, 1}, {10, 60, 70, largest, 5, 63, 64, 65});
    return fit(columns);
  };
  const auto below = at(4095), limit = at(4096), above = at(4097);
  // The second difference of a smooth function over steps of 1/4096 of its argument.
  EXPECT_NEAR(below.fit.dispersion + above.fit.dispersion - 2 * limit.fit.dispersion, 0, 1e-6);
  EXPECT_NEAR(below.fit.log_likelihood + above.fit.log_likelihood - 2 * limit.fit.log_likelihood, 0, 1e-6);
  EXPECT_GT(std::fabs(above.fit.dispersion - limit.fit.dispersion), 1e-5);
}

TEST(Counts, SwappingArmsFlipsTheSign) {
  auto columns = columns_of(oracle("counts").at(2));
  const auto plain = fit(columns).contrasts[0];
  for (int& arm : columns.arm) arm = 1 - arm;
  expect_close(fit(columns).contrasts[0].statistic, -plain.statistic, 1e-8, "swapped");
}

TEST(Counts, FailuresAreTyped) {
  const auto failure = [](Columns columns) { return fit(columns).contrasts[0].failure; };
  EXPECT_EQ(failure(small({}, {})), Failure::empty_arm);
  EXPECT_EQ(failure(small({0, 0}, {1, 2})), Failure::empty_arm);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {0, 0, 0, 0})), Failure::no_events);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {3, 2, 0, 0})), Failure::separation);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {3, 2, -1, 0})), Failure::not_finite);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {3, 2, 1.5, 0})), Failure::not_finite);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {3, 2, 1, 0}, {1, 1, 0, 1})), Failure::not_finite);
  EXPECT_EQ(failure(small({0, 0, 1, 1}, {3, 2, 1, 0}, {1, 1, 1, 1})), Failure::none);
}

}  // namespace
}  // namespace vcohort::analysis
