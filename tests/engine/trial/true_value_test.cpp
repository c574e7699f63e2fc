#include <gtest/gtest.h>

#include "engine/trial/sized_effect.hpp"
#include "tests/engine/trial/designs.hpp"

/// The true value is what the estimator tends to.
namespace vcohort::test {
namespace {

std::string text(const Table& table, const std::string& column) {
  return std::get<std::vector<std::string>>(table.find(column)->values).front();
}

Study survival_trial(const std::string& method, std::int64_t sample_size, std::int64_t replicates) {
  Study study = two_arms(method, sample_size, replicates);
  study.data_model->kind = OutcomeKind::survival;
  study.data_model->visits_months.clear();
  study.data_model->follow_up_months = 24;
  study.data_model->arms[0].hazard = {0.1};
  study.data_model->arms[1].hazard = {0.04};
  return study;
}

/// Peto's (O - E) / V at a hazard ratio of 0.4 tends to -0.9547, not to log 0.4 = -0.9163: with 400 patients its bias
/// against the latter would be 40 of its Monte Carlo standard errors.
TEST(TrueValue, OfTheLogRankTestIsTheLimitOfItsEstimate) {
  const Table table = run(survival_trial("logrank", 400, 2000));
  EXPECT_NEAR(number(table, "true_value"), -0.95468949075544, 1e-10);
  EXPECT_EQ(text(table, "true_value_kind"), "pseudo-true");
  // The estimate of a finite trial is biased by order 1/n; its SE is 0.13.
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse") + 1.0 / 400);
  EXPECT_NEAR(number(table, "coverage"), 0.95, 0.025);
}

/// Hazards 0.1 against 0.15 until month 6 and 0.05 after it: the limits of LimitsOfWeightedLogRankTests, of which
/// max-combo has that of the largest statistic. Areas and heights of curves are exact, and known whenever the trial
/// ends.
TEST(TrueValue, OfWeightedTestsAndOfCurves) {
  Study study = survival_trial("fleming-harrington", 400, 1000);
  study.data_model->arms[1].hazard = {0.15, 0.05};
  study.data_model->arms[1].hazard_from_months = {0, 6};
  AnalysisPlan& plan = study.trial->analyses.front();
  const auto expect = [&](double value, const char* kind) {
    const Table table = run(study);
    EXPECT_NEAR(number(table, "true_value"), value, 1e-10) << plan.method;
    EXPECT_EQ(text(table, "true_value_kind"), kind) << plan.method;
    return table;
  };
  const auto expect_unbiased = [&](const Table& table, double order) {
    EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse") + order) << plan.method;
    EXPECT_NEAR(number(table, "coverage"), 0.95, 0.03) << plan.method;
  };
  plan.weights = {{0, 1}};
  expect_unbiased(expect(-0.2855054354161, "pseudo-true"), 1.0 / 400);
  plan.method = "max-combo";
  plan.weights = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  expect(-0.2855054354161, "pseudo-true");
  study.trial->sides = 1;  // of the benefit, which is a rarer event
  expect(-0.2855054354161, "pseudo-true");
  study.data_model->lower_is_better = false;
  expect(0.1759875017550, "pseudo-true");
  study.data_model->lower_is_better = std::nullopt;
  study.trial->sides = 2;
  plan.weights = {};
  plan.method = "rmst";
  plan.tau_months = 18;
  expect_unbiased(expect(7.62499226023939 - 8.34701111778413, "marginal"), 0.02);
  plan.method = "kaplan-meier";
  plan.at_months = 18;
  expect_unbiased(expect(0.22313016014843 - std::exp(-1.8), "marginal"), 1e-3);
  study.trial->final = FinalAnalysis{.months = 20};
  expect(0.22313016014843 - std::exp(-1.8), "marginal");
  EXPECT_EQ(number(run(study), "failed_beyond_follow_up"), 0);
  plan.at_months = 23;
  EXPECT_EQ(number(run(study), "failed_beyond_follow_up"), 1000);  // nobody is followed for so long
  plan.method = "fleming-harrington";
  plan.weights = {{0, 1}};
  const Table missing = run(study);
  EXPECT_TRUE(std::isnan(number(missing, "true_value")));
  EXPECT_NE(text(missing, "true_value_kind").find("missing: "), std::string::npos);
  EXPECT_EQ(missing.find("failed_beyond_follow_up"), nullptr);  // a column of trials that ask for a time
}

TEST(TrueValue, OfAHazardRatioWithoutProportionalHazardsIsPseudoTrue) {
  Study study = survival_trial("cox", 400, 1000);
  study.data_model->arms[1].hazard = {0.15, 0.05};
  study.data_model->arms[1].hazard_from_months = {0, 6};
  const Table table = run(study);
  EXPECT_NEAR(number(table, "true_value"), -0.024350572564814, 1e-10);
  EXPECT_EQ(text(table, "true_value_kind"), "pseudo-true");
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse") + 1.0 / 400);
  study.data_model->arms[1] = study.data_model->arms[0];
  study.data_model->arms[1].name = "active";
  const Table null = run(study);
  EXPECT_EQ(number(null, "true_value"), 0);
  EXPECT_EQ(text(null, "true_value_kind"), "marginal");
}

/// An odds ratio that is adjusted for the baseline is another than the marginal one, log 2.25 here, and has its limit
/// from twins.
TEST(TrueValue, OfAnAdjustedOddsRatioIsNotTheMarginalOne) {
  Study study = two_arms("proportional-odds", 300, 400);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->visits_months = {0, 12};
  study.data_model->correlation = {{1, 0.8}, {0.8, 1}};
  study.data_model->arms[0].share = {0.5, 0.4};
  study.data_model->arms[1].share = {0.5, 0.6};
  const Table marginal = run(study);
  EXPECT_NEAR(number(marginal, "true_value"), std::log(2.25), 1e-12);
  EXPECT_EQ(text(marginal, "true_value_kind"), "marginal");
  study.trial->analyses[0].adjust = {"baseline"};
  const Table adjusted = run(study);
  EXPECT_GT(number(adjusted, "true_value"), std::log(2.25) + 0.2);
  EXPECT_EQ(text(adjusted, "true_value_kind"), "pseudo-true");
  EXPECT_NEAR(number(adjusted, "bias"), 0, mcse_allowed * number(adjusted, "bias_mcse") + 6.0 / 300);
  EXPECT_NEAR(number(adjusted, "coverage"), 0.95, mcse_allowed * binomial_se(0.95, 400));
}

/// Differences of at most 1 SD tie: Phi((d - 1) / sqrt 2) against Phi((-d - 1) / sqrt 2) at d = 0.5.
TEST(TrueValue, OfAWinRatioKnowsTheSmallestWin) {
  Study study = normal_trial("win-ratio", 100, 0.5, 10);
  study.trial->analyses[0].responder_threshold = 1;
  const Table table = run(study);
  const double exact = std::log(0.5 * std::erfc(0.5 / 2) / (0.5 * std::erfc(1.5 / 2)));
  EXPECT_NEAR(number(table, "true_value"), exact, mcse_allowed * number(table, "true_value_mcse"));
  EXPECT_LT(number(table, "true_value_mcse"), 0.1);
  EXPECT_GT(number(table, "true_value_mcse"), 0);
}

/// Where potential outcomes are identical the truth is 0 without error, whatever the method.
TEST(TrueValue, IsExactlyZeroWhereOutcomesAreIdentical) {
  for (const char* method : {"proportional-odds", "wilcoxon", "win-ratio"}) {
    Study study = two_arms(method, 60, 20);
    study.data_model->kind = OutcomeKind::ordinal;
    for (auto& arm : study.data_model->arms) arm.share = {0.2, 0.3, 0.1, 0.4};
    IntercurrentEvent event;  // takes the closed form away
    event.share = 0.2;
    study.trial->intercurrent = {event};
    const Table table = run(study);
    EXPECT_EQ(number(table, "true_value"), 0) << method;
    EXPECT_EQ(number(table, "true_value_mcse"), 0) << method;
  }
}

/// At eight standard deviations it still has digits: log(pnorm(8 / sqrt(2)) / pnorm(-8 / sqrt(2))).
TEST(TrueValue, OfAWinRatioIsMissingWhereItIsInfinite) {
  Study ordinal = two_arms("win-ratio", 60, 20);
  ordinal.data_model->kind = OutcomeKind::ordinal;
  ordinal.data_model->arms[0].share = {0, 0.5, 0.5};
  ordinal.data_model->arms[1].share = {1, 0, 0};
  for (const Study& study : {ordinal, normal_trial("win-ratio", 60, 1000, 20)}) {
    const Table table = run(study);
    EXPECT_EQ(number(table, "power"), 1);
    for (const char* column : {"true_value", "bias", "coverage"}) EXPECT_TRUE(std::isnan(number(table, column)));
  }
  EXPECT_NEAR(number(run(normal_trial("win-ratio", 60, 8, 20)), "true_value"), 18.680925484954, 1e-9);
}

TEST(SizedEffect, StandsToTheNullHypothesis) {
  using Hypothesis = AnalysisPlan::Hypothesis;
  using analysis::Better;
  const auto standing = [](double effect, Hypothesis hypothesis, double margin, Better better) {
    AnalysisPlan plan;
    plan.hypothesis = hypothesis;
    plan.margin = margin;
    return standing_of(effect, plan, better);
  };
  EXPECT_EQ(standing(0.3, Hypothesis::superiority, 0, Better::higher), Standing::alternative);
  EXPECT_EQ(standing(0, Hypothesis::superiority, 0, Better::higher), Standing::null);
  EXPECT_EQ(standing(-0.3, Hypothesis::superiority, 0, Better::higher), Standing::wrong_direction);
  EXPECT_EQ(standing(-0.3, Hypothesis::superiority, 0, Better::lower), Standing::alternative);
  EXPECT_EQ(standing(0.3, Hypothesis::superiority, 0.3, Better::higher), Standing::null);
  EXPECT_EQ(standing(0.2, Hypothesis::superiority, 0.3, Better::higher), Standing::null);
  EXPECT_EQ(standing(0.4, Hypothesis::superiority, 0.3, Better::higher), Standing::alternative);
  EXPECT_EQ(standing(0, Hypothesis::non_inferiority, 0.3, Better::higher), Standing::alternative);
  EXPECT_EQ(standing(-0.3, Hypothesis::non_inferiority, 0.3, Better::higher), Standing::null);
  EXPECT_EQ(standing(0.3, Hypothesis::non_inferiority, 0.3, Better::lower), Standing::null);
  EXPECT_EQ(standing(0, Hypothesis::equivalence, 0.3, Better::higher), Standing::alternative);
  EXPECT_EQ(standing(0.3, Hypothesis::equivalence, 0.3, Better::higher), Standing::null);
  EXPECT_EQ(standing(NAN, Hypothesis::equivalence, 0.3, Better::higher), Standing::unknown);
}

/// All contrasts in one trial: with three equal arms and a shared control, fewer than either alone.
TEST(SizedEffect, AllContrastsAreCountedInTheSameTrial) {
  Study study = normal_trial("t", 90, 0.6, 400);
  study.trial->arms.push_back(study.trial->arms[1]);
  study.trial->randomisation.block = 3;
  const Trial trial(study, no_evidence());
  const auto first = trial.count_rejections(90, 0, 400), second = trial.count_rejections(90, 0, 400, {0, {1}});
  const auto both = trial.count_rejections(90, 0, 400, {0, {0, 1}});
  std::int64_t expected = 0;
  for (std::uint32_t r = 0; r < 400; ++r) {
    const Table rows = trial.replay(r);
    expected += number(rows, "reject", 0) > 0 && number(rows, "reject", 1) > 0;
  }
  EXPECT_EQ(both.rejections, expected);
  EXPECT_LT(both.rejections, std::min(first.rejections, second.rejections));
}

/// The cap of the replicates is reached before the wished precision: there is a sentence.
TEST(Precision, AShortfallIsSaid) {
  Study study = normal_trial("t", 20, 0.5, 256);
  study.trial->power_mcse = 0.01;
  const Trial coarse(study, no_evidence());
  Tally tally = coarse.empty_tally();
  std::vector<Table> rows;
  for (std::int64_t block = 0; block < coarse.blocks(); ++block) coarse.simulate_block(block, tally, rows);
  EXPECT_NE(coarse.shortfall(tally).find("not as precise as asked"), std::string::npos);
  study.trial->power_mcse = 0.1;
  EXPECT_EQ(Trial(study, no_evidence()).shortfall(tally), "");
  study.trial->power_mcse.reset();
  EXPECT_EQ(Trial(study, no_evidence()).shortfall(tally), "");
}

/// Large trials come in smaller blocks, so that a run can stop.
TEST(Blocks, ShrinkWithTheTrial) {
  EXPECT_EQ(Trial(normal_trial("t", 8192, 0, 256), no_evidence()).replicates_per_block(), 128);
  const Trial large(normal_trial("t", 100000, 0, 20), no_evidence());
  EXPECT_EQ(large.replicates_per_block(), 8);
  EXPECT_EQ(large.blocks(), 3);
  EXPECT_EQ(large.patients_in(2), 400000);
}

}  // namespace
}  // namespace vcohort::test
