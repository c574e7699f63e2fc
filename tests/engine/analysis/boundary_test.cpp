// Of three arms one has no maximum of the likelihood. The expected numbers are R's (survival, MASS), without that arm
// or, where it has events among its own, with a stratum for it: the limit of the likelihood.
#include "engine/analysis/counts.hpp"
#include "engine/analysis/cox.hpp"
#include "engine/analysis/proportional_odds.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

std::vector<Estimate> fit(Fit* method, Columns columns) {
  Workspace workspace;
  std::vector<Estimate> contrasts(static_cast<std::size_t>(columns.arms) - 1);
  method(columns.view(), {}, {}, workspace, contrasts);
  return contrasts;
}

/// Arms of equal size, one after the other: P, T, U.
Columns three_arms(std::size_t patients) {
  Columns columns;
  columns.arms = 3;
  for (int arm = 0; arm < 3; ++arm) columns.arm.insert(columns.arm.end(), patients, arm);
  return columns;
}

void expect_last(Fit* method, const Columns& columns, Failure of_first, double estimate, double se, double tolerance) {
  const auto contrasts = fit(method, columns);
  EXPECT_EQ(contrasts[0].failure, of_first);
  ASSERT_EQ(contrasts[1].failure, Failure::none);
  expect_close(contrasts[1].estimate, estimate, tolerance, "estimate");
  expect_close(contrasts[1].se, se, tolerance, "se");
}

Columns times() {
  auto columns = three_arms(4);
  columns.time = {5, 6, 7, 9, 1, 2, 3, 4, 5.5, 6, 8, 10};
  columns.event = {1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1};
  columns.covariates = {{0.1, 0.5, -0.4, 1, 0.3, 0.2, -1, 0.8, -0.2, 0.6, 0.3, -0.7}};
  return columns;
}

TEST(Boundary, CoxWithAnArmWithoutEvents) {
  auto columns = three_arms(3);
  columns.time = {5, 6, 7, 8, 9, 10, 4, 7, 8};
  columns.event = {1, 1, 0, 0, 0, 0, 1, 1, 0};
  expect_last(fit_cox, columns, Failure::separation, -0.0692438337709561, 1.01903160178738, 1e-8);
}

TEST(Boundary, CoxWithAnArmWhoseEventsComeFirst) {
  expect_last(fit_cox, times(), Failure::separation, -0.379841189481644, 1.05198121109070, 1e-8);
}

TEST(Boundary, CoxWithAnArmThatLeavesBeforeTheFirstEvent) {
  auto columns = times();
  for (std::size_t i = 4; i < 8; ++i) columns.event[i] = 0;
  expect_last(fit_cox, columns, Failure::singular_design, -0.463020461307486, 1.129908248619902, 1e-8);
}

TEST(Boundary, AnArmInTheBestCategory) {
  auto columns = three_arms(6);
  columns.outcome = {1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 1, 1, 2, 3, 3, 4};
  columns.covariates = {{0.2, -0.5, 1, 0.4, -0.3, 0.9, -1, 0.5, 0.3, 0.2, 0.1, -0.2, 0.7, -0.6, 0.5, 1.2, 0.1, -0.8}};
  expect_last(fit_proportional_odds, columns, Failure::separation, -0.28489936, 1.05275461, 1e-6);  // polr: six digits
  for (std::size_t i = 0; i < columns.outcome.size(); ++i)
    columns.outcome[i] = columns.arm[i] != 1 && columns.outcome[i] >= 3 ? 1 : 0;
  expect_last(fit_proportional_odds, columns, Failure::separation, 0.00823826905237447, 1.158658079425067, 1e-8);
}

TEST(Boundary, CountsOfAnArmWithoutEvents) {
  auto columns = three_arms(6);
  columns.outcome = {0, 3, 1, 7, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 9, 2, 12};
  columns.exposure = {1, 0.5, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 0.5, 1, 2, 1};
  expect_last(fit_negative_binomial, columns, Failure::separation, 0.940721155437304, 0.678053750467140, 1e-8);
  columns.outcome = {1, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 1, 1, 2, 2};  // less than Poisson
  expect_last(fit_negative_binomial, columns, Failure::separation, 0.2513144282809060, 0.503952630678970, 1e-8);
}

TEST(Boundary, AReferenceWithoutEventsSpoilsAllContrasts) {
  auto columns = times();
  for (std::size_t i = 0; i < 4; ++i) columns.event[i] = 0;
  for (const Estimate& contrast : fit(fit_cox, columns)) EXPECT_EQ(contrast.failure, Failure::separation);
}

TEST(Boundary, ASeparatingCovariateSpoilsAllContrasts) {
  auto columns = three_arms(4);
  columns.outcome = {0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1};
  columns.covariates = {columns.outcome};
  for (const Estimate& contrast : fit(fit_proportional_odds, columns)) EXPECT_EQ(contrast.failure, Failure::separation);
}

}  // namespace
}  // namespace vcohort::analysis
