#include "engine/analysis/cox.hpp"

#include <array>

#include "engine/analysis/logrank.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

std::vector<Estimate> fit(Columns& columns) {
  Workspace workspace;
  std::vector<Estimate> contrasts(static_cast<std::size_t>(columns.arms) - 1);
  fit_cox(columns.view(), {}, {}, workspace, contrasts);
  return contrasts;
}

TEST(Cox, AgreesWithR) {
  for (const auto& test_case : oracle("cox")) {
    auto columns = columns_of(test_case);
    if (test_case["breslow"]) continue;  // ties are Efron's
    if (!test_case["stratified"]) columns.stratum.clear();
    const auto contrasts = fit(columns);
    for (std::size_t k = 0; k < contrasts.size(); ++k) {
      expect_matches(contrasts[k], test_case["contrasts"][k], 1e-8, test_case["name"]);
    }
  }
}

TEST(Cox, UnitsAndLabelsCarryOver) {
  auto columns = columns_of(oracle("cox").at(1));
  const auto plain = fit(columns)[0];
  auto scaled = columns;
  for (double& age : scaled.covariates[0]) age = 1e200 * age;
  for (double& t : scaled.time) t = t * t;
  expect_close(fit(scaled)[0].estimate, plain.estimate, 1e-10, "scaled");
  auto swapped = columns;
  for (int& arm : swapped.arm) arm = 1 - arm;
  std::reverse(swapped.arm.begin(), swapped.arm.end());
  std::reverse(swapped.time.begin(), swapped.time.end());
  std::reverse(swapped.event.begin(), swapped.event.end());
  for (auto& covariate : swapped.covariates) std::reverse(covariate.begin(), covariate.end());
  for (auto& factor : swapped.factors) std::reverse(factor.begin(), factor.end());
  expect_close(fit(swapped)[0].statistic, -plain.statistic, 1e-10, "swapped and reversed");
}

TEST(Cox, FailuresAreTyped) {
  const auto failure = [](std::vector<int> arm, std::vector<double> time, std::vector<std::uint8_t> event) {
    Columns columns;
    columns.arm = std::move(arm);
    columns.time = std::move(time);
    columns.event = std::move(event);
    return fit(columns)[0].failure;
  };
  EXPECT_EQ(failure({}, {}, {}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0}, {1, 2}, {1, 1}), Failure::empty_arm);
  EXPECT_EQ(failure({1, 1}, {1, 2}, {1, 1}), Failure::empty_arm);
  EXPECT_EQ(failure({0, 0, 1, 1}, {1, 2, 3, 4}, {0, 0, 0, 0}), Failure::no_events);
  EXPECT_EQ(failure({0, 0, 1, 1}, {1, 2, 3, 4}, {1, 1, 0, 0}), Failure::separation);
  EXPECT_EQ(failure({0, 0, 1, 1}, {3, 4, 1, 2}, {0, 0, 1, 1}), Failure::separation);
  EXPECT_EQ(failure({0, 0, 1, 1}, {1, std::numeric_limits<double>::infinity(), 3, 4}, {1, 1, 1, 1}),
            Failure::not_finite);
  EXPECT_EQ(failure({0, 1, 1, 0}, {1, 2, 3, 4}, {1, 1, 1, 1}), Failure::none);
}

TEST(Cox, ACovariateThatIsTheArmIsSingularAndARepeatedOneIsDropped) {
  auto columns = columns_of(oracle("cox").at(0));
  const auto plain = fit(columns)[0];
  columns.covariates.assign(1, std::vector<double>(columns.arm.begin(), columns.arm.end()));
  EXPECT_EQ(fit(columns)[0].failure, Failure::singular_design);
  columns.covariates.assign(1, std::vector<double>(columns.arm.size(), 0.1));
  const auto constant = fit(columns)[0];
  EXPECT_EQ(constant.aliased, 1);
  EXPECT_EQ(constant.estimate, plain.estimate);
}

}  // namespace
}  // namespace vcohort::analysis
