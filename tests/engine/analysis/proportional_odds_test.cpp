#include "engine/analysis/proportional_odds.hpp"

#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

std::vector<Estimate> fit(Columns& columns) {
  Workspace workspace;
  std::vector<Estimate> contrasts(static_cast<std::size_t>(columns.arms) - 1);
  fit_proportional_odds(columns.view(), {}, {}, workspace, contrasts);
  return contrasts;
}

TEST(ProportionalOdds, AgreesWithR) {
  for (const auto& test_case : oracle("proportional_odds")) {
    auto columns = columns_of(test_case);
    const auto contrasts = fit(columns);
    for (std::size_t k = 0; k < contrasts.size(); ++k) {
      // The oracle's information is a fourth-order difference of an exact gradient: error near 1e-11.
      expect_matches(contrasts[k], test_case["contrasts"][k], 1e-8, test_case["name"]);
    }
  }
}

TEST(ProportionalOdds, OfTwoByTwoIsTheLogOddsRatio) {
  Columns columns;
  const auto add = [&columns](int arm, double outcome, int patients) {
    for (int i = 0; i < patients; ++i) {
      columns.arm.push_back(arm);
      columns.outcome.push_back(outcome);
    }
  };
  add(0, 0, 12), add(0, 1, 7), add(1, 0, 5), add(1, 1, 9);
  const auto estimate = fit(columns)[0];
  expect_close(estimate.estimate, std::log(12.0 * 9 / (7 * 5)), 1e-12, "log odds ratio");
  expect_close(estimate.se, std::sqrt(1.0 / 12 + 1.0 / 7 + 1.0 / 5 + 1.0 / 9), 1e-12, "Woolf's standard error");
}

TEST(ProportionalOdds, ReversingCategoriesOrArmsFlipsTheSign) {
  auto columns = columns_of(oracle("proportional_odds").at(2));
  const auto plain = fit(columns)[0];
  auto reversed = columns;
  for (double& outcome : reversed.outcome) outcome = 1e6 - 1000 * outcome;
  expect_close(fit(reversed)[0].estimate, -plain.estimate, 1e-10, "categories");
  expect_close(fit(reversed)[0].se, plain.se, 1e-10, "categories");
  for (int& arm : columns.arm) arm = 1 - arm;
  expect_close(fit(columns)[0].statistic, -plain.statistic, 1e-10, "arms");
}

TEST(ProportionalOdds, FailuresAreTyped) {
  const auto failure = [](std::vector<int> arm, std::vector<double> outcome) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.outcome = std::move(outcome);
    return fit(columns)[0].failure;
  };
  EXPECT_EQ(failure({}, {}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 0}, {1, 2, 3}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 1, 1}, {2, 2, 2, 2}), Failure::no_variation);
  EXPECT_EQ(failure({0, 0, 1, 1}, {0, 0, 1, 1}), Failure::separation);
  EXPECT_EQ(failure({0, 0, 0, 1, 1, 1}, {0, 1, 0, 1, 1, 1}), Failure::separation);
  EXPECT_EQ(failure({0, 0, 0, 1, 1, 1}, {0, 1, 2, 2, 2, 2}), Failure::separation);
  EXPECT_EQ(failure({0, 1}, {0, 1}), Failure::separation);
  EXPECT_EQ(failure({0, 0, 0, 1, 1, 1}, {0, 1, 2, 0, 1, 2}), Failure::none);
}

}  // namespace
}  // namespace vcohort::analysis
