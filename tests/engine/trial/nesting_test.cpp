#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "tests/engine/trial/designs.hpp"

/// Addresses: what a replicate is depends on its number alone.
namespace vcohort::test {
namespace {

Study nested(std::vector<std::int64_t> sizes, std::int64_t replicates) {
  Study study = normal_trial_with_baseline("ancova", sizes.back(), 0.4, 0.5, replicates);
  study.trial->analyses[0].adjust = {"baseline"};
  study.trial->sample_size = std::move(sizes);
  study.trial->accrual = {Accrual::Kind::poisson, {{0, 5}}, false};
  Dropout dropout;
  dropout.months = {12};
  dropout.share = {0.2};
  study.trial->dropout = dropout;
  study.trial->randomisation.block = 4;
  return study;
}

/// Bit by bit, so that NaN equals NaN.
void expect_same_numbers(const Column& left, std::size_t left_row, const Column& right, std::size_t right_row) {
  const auto* numbers = std::get_if<std::vector<double>>(&left.values);
  if (numbers == nullptr) return;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(numbers->at(left_row)),
            std::bit_cast<std::uint64_t>(std::get<std::vector<double>>(right.values).at(right_row)))
      << left.name;
}

Table rows_of(const Trial& trial, std::int64_t block) {
  Tally tally = trial.empty_tally();
  std::vector<Table> rows = trial.row_tables();
  trial.simulate_block(block, tally, rows);
  return rows.front();
}

TEST(Nesting, TheSmallerTrialIsTheBeginningOfTheLarger) {
  const Table both = rows_of(Trial(nested({40, 160}, 20), no_evidence()), 0);
  const Table small = rows_of(Trial(nested({40}, 20), no_evidence()), 0);
  ASSERT_EQ(both.rows(), 40u);
  for (std::size_t r = 0; r < 20; ++r)
    for (std::size_t c = 0; c < both.columns.size(); ++c)
      expect_same_numbers(both.columns[c], 2 * r, small.columns[c], r);
}

TEST(Nesting, AReplicateAloneIsTheReplicateOfARun) {
  const Trial trial(nested({40, 80}, 300), no_evidence());
  const Table block = rows_of(trial, 2);
  const Table alone = trial.replay(2 * static_cast<std::uint32_t>(Trial::block_size) + 17);
  ASSERT_EQ(alone.rows(), 2u);
  for (std::size_t c = 0; c < alone.columns.size(); ++c) {
    expect_same_numbers(alone.columns[c], 0, block.columns[c], 34);
    expect_same_numbers(alone.columns[c], 1, block.columns[c], 35);
  }
}

TEST(Nesting, TheOrderOfBlocksDoesNotMatter) {
  const Trial trial(nested({40}, 1000), no_evidence());
  Tally forward = trial.empty_tally(), backward = trial.empty_tally();
  std::vector<Table> rows;
  for (std::int64_t block = 0; block < trial.blocks(); ++block) trial.simulate_block(block, forward, rows);
  std::vector<Tally> parts;
  for (std::int64_t block = trial.blocks(); block-- > 0;) {
    Tally part = trial.empty_tally();
    trial.simulate_block(block, part, rows);
    backward.add(part);
  }
  EXPECT_EQ(forward.counts, backward.counts);
  EXPECT_EQ(forward.sums, backward.sums);
}

TEST(Nesting, ADatasetIsWhatTheReplicateAnalysed) {
  const Trial trial(nested({40, 80}, 10), no_evidence());
  const Table data = trial.dataset(3, 40), row = trial.replay(3);
  const auto& arm = std::get<std::vector<std::string>>(data.find("arm")->values);
  const auto& value = std::get<std::vector<double>>(data.find("value")->values);
  double observed = 0, active = 0;
  for (std::size_t i = 0; i < arm.size(); ++i) {
    observed += !std::isnan(value[i]);
    active += arm[i] == "active";
  }
  EXPECT_EQ(observed, number(row, "n_analysed"));
  EXPECT_EQ(active, number(row, "n_arm"));
}

/// 500 trials of 10 patients, in which nobody has the event with probability e^-1.
Study rare_events(const std::string& method) {
  Study study = two_arms(method, 10, 500);
  study.data_model->kind = OutcomeKind::survival;
  study.data_model->visits_months.clear();
  study.data_model->follow_up_months = 1;
  for (auto& arm : study.data_model->arms) arm.hazard = {0.1};
  return study;
}

/// Failed fits are counted by kind, and are no rejections.
TEST(Failures, AreCountedByKind) {
  const Table table = run(rare_events("cox"));
  EXPECT_NEAR(number(table, "failed_no_events") / 500, std::exp(-1.0), mcse_allowed * binomial_se(std::exp(-1.0), 500));
  EXPECT_EQ(number(table, "failed_no_events") + number(table, "failed_separation"), number(table, "failures"));
}

/// A ratio that is infinite in some replicates has no mean and no spread; its test, its interval and its median count.
TEST(Infinite, EstimatesCountForPowerCoverageAndMedian) {
  const Study study = normal_trial("win-ratio", 12, 2.0, 2000);
  const Trial trial(study, no_evidence());
  const Table table = run(trial);
  std::vector<double> estimates;
  double rejections = 0, covered = 0, infinite = 0;
  const double truth = number(table, "true_value");
  for (std::uint32_t replicate = 0; replicate < 2000; ++replicate) {
    const Table row = trial.replay(replicate);
    estimates.push_back(number(row, "estimate"));
    infinite += std::isinf(estimates.back());
    rejections += number(row, "reject");
    covered += number(row, "lower") <= truth && truth <= number(row, "upper");
  }
  EXPECT_GT(infinite, 200);
  EXPECT_EQ(number(table, "failures"), 0);
  EXPECT_EQ(number(table, "not_finite"), infinite);
  EXPECT_EQ(number(table, "power"), rejections / 2000);
  EXPECT_EQ(number(table, "coverage"), covered / 2000);
  for (const char* column : {"bias", "empirical_se", "model_se", "mse"})
    EXPECT_TRUE(std::isnan(number(table, column))) << column;
  std::sort(estimates.begin(), estimates.end());
  EXPECT_NEAR(number(table, "median_estimate"), (estimates[999] + estimates[1000]) / 2, 0.02);
}

/// Without an event the test of a trial is p = 1, and no failure.
TEST(Infinite, NoEventsAreNoFailureOfTheLogRankTest) {
  const Table table = run(rare_events("logrank"));
  EXPECT_EQ(number(table, "failures"), 0);
  EXPECT_GT(number(table, "not_finite") / 500, std::exp(-1.0) - mcse_allowed * binomial_se(std::exp(-1.0), 500));
  EXPECT_GT(number(table, "coverage"), 0.9);
}

}  // namespace
}  // namespace vcohort::test
