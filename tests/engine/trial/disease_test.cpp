#include <gtest/gtest.h>

#include <set>

#include "engine/numeric/errors.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/trial/designs.hpp"

/// Trials of the disease model.
namespace vcohort::test {
namespace {

Study children(std::int64_t sample_size, std::int64_t replicates) {
  Study study;
  study.seed = 77;
  study.population.age_years.kind = Distribution::Kind::uniform;
  study.population.age_years.low = 1;
  study.population.age_years.high = 13;
  study.population.gmfcs = {0.342, 0.256, 0.115, 0.137, 0.15};
  study.outcomes.visits_months = {6, 12};
  study.outcomes.endpoints = {"gmfm66"};
  study.strategies.resize(2);
  study.strategies[0].name = "rehabilitation";
  study.strategies[1].name = "cells";
  study.strategies[1].cells = true;
  study.strategies[1].regimen.dose = 2e6;
  study.strategies[1].regimen.infusions = 4;
  study.strategies[1].regimen.interval_days = 7;
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[0].name = "rehabilitation";
  trial.arms[1].name = "cells";
  trial.arms[1].strategy = 1;
  trial.sample_size = {sample_size};
  trial.replicates = replicates;
  AnalysisPlan plan = analysis("ancova");
  plan.endpoint = "gmfm66";
  plan.adjust = {"baseline", "age_years", "gmfcs"};
  trial.analyses = {plan};
  study.trial = trial;
  return study;
}

TEST(DiseaseTrial, TypeOneErrorUnderTheNullStance) {
  const Table table = run(Trial(children(60, 4000), stance("null")));
  EXPECT_EQ(number(table, "true_value"), 0);
  EXPECT_NEAR(number(table, "power"), 0.05, mcse_allowed * binomial_se(0.05, 4000));
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
  EXPECT_NEAR(number(table, "coverage"), 0.95, mcse_allowed * binomial_se(0.95, 4000));
}

TEST(DiseaseTrial, TheEstimateIsThatOfTheTwins) {
  const Table table = run(Trial(children(100, 2000), stance("published")));
  EXPECT_GT(number(table, "true_value"), 0.5);
  EXPECT_NEAR(number(table, "bias"), 0,
              mcse_allowed * std::hypot(number(table, "bias_mcse"), number(table, "true_value_mcse")));
}

/// The mean difference of the simulated trials is the one that was wished for, of either size; the scale is not in
/// proportion, as scores end.
TEST(DiseaseTrial, AWishedEffectIsTheTrueDifference) {
  Study study = children(100, 2000);
  study.trial->analyses.front().visit_months = 12;
  double scale = 0;
  for (const double wished : {1.0, 4.0}) {
    study.trial->wished_effect = WishedEffect{"gmfm66", wished};
    const Trial trial(study, stance("published"));
    const Table table = run(trial);
    EXPECT_NEAR(number(table, "true_value"), wished, 4 * number(table, "true_value_mcse"));
    EXPECT_LT(number(table, "true_value_mcse"), 0.01);
    EXPECT_NEAR(number(table, "bias"), 0,
                mcse_allowed * std::hypot(number(table, "bias_mcse"), number(table, "true_value_mcse")));
    EXPECT_GT(trial.scaled_efficacy()->scale, 1.2 * scale);
    scale = trial.scaled_efficacy()->scale;
  }
  study.trial->wished_effect = WishedEffect{"gmfm66", 1};
  EXPECT_THROW(Trial(study, stance("null")), InvalidInput);
  study.trial->wished_effect = WishedEffect{"gmfm66", -1};
  EXPECT_THROW(Trial(study, stance("published")), InvalidInput);
  study.trial->wished_effect = WishedEffect{"gmfm66", 200};
  EXPECT_THROW(Trial(study, stance("published")), InvalidInput);
}

Study one_arm_of_children(std::int64_t sample_size, std::int64_t replicates) {
  Study study = children(sample_size, replicates);
  study.trial->arms.erase(study.trial->arms.begin());
  AnalysisPlan change = analysis("one-sample-t"), responders = analysis("exact-binomial");
  change.endpoint = responders.endpoint = "gmfm66";
  change.change_from_baseline = true;
  change.against = 3;
  responders.name = "responders";
  responders.responder_threshold = 3;
  responders.against = 0.4;
  study.trial->analyses = {change, responders};
  study.trial->dropout.emplace();
  study.trial->dropout->months = {12};
  study.trial->dropout->share = {0.2};
  return study;
}

TEST(DiseaseTrial, ASingleArmIsComparedWithAFixedValue) {
  for (const bool uncertain : {false, true}) {
    Study study = one_arm_of_children(40, 2000);
    study.uncertain_parameters = uncertain;
    const Table table = run(Trial(study, stance("published")));
    for (const std::size_t row : {0, 1}) {
      EXPECT_NEAR(number(table, "bias", row), 0,
                  mcse_allowed * std::hypot(number(table, "bias_mcse", row), number(table, "true_value_mcse", row)));
      EXPECT_NEAR(number(table, "analysed", row), 32, mcse_allowed * std::sqrt(40 * 0.8 * 0.2 / 2000));
    }
    EXPECT_NEAR(number(table, "coverage"), 0.95,
                0.005 + mcse_allowed * binomial_se(0.95, 2000));  // draws have 1280 twins
  }
}

/// A discontinued treatment is one without the later infusions, not another arm.
TEST(DiseaseTrial, ASingleArmThatIsDiscontinuedGainsLess) {
  Study study = one_arm_of_children(40, 500);
  const double whole = number(run(Trial(study, stance("published"))), "true_value");
  study.trial->intercurrent.emplace_back();
  study.trial->intercurrent.front().share = 0.9;
  study.strategies[1].regimen.interval_days = 60;
  const Table table = run(Trial(study, stance("published")));
  EXPECT_LT(number(table, "true_value"), whole - 0.2);
  EXPECT_NEAR(number(table, "bias"), 0,
              mcse_allowed * std::hypot(number(table, "bias_mcse"), number(table, "true_value_mcse")));
}

/// Ages are uniform on [1, 13), half of them in [2, 8): the others are screening failures, n (1 - p) / p expected.
TEST(DiseaseTrial, ScreeningFailuresAreCounted) {
  Study study = children(40, 500);
  study.population.eligibility.age_years = Interval{2, 8};
  const Table table = run(Trial(study, stance("null")));
  // Negative binomial: variance n (1 - p) / p^2 = 80.
  EXPECT_NEAR(number(table, "screening_failures"), 40, mcse_allowed * std::sqrt(80.0 / 500));
}

TEST(DiseaseTrial, StrataOfTheRandomisationAreThoseOfTheChildren) {
  Study study = children(80, 200);
  study.trial->randomisation.stratify = {"gmfcs", "age_years"};
  study.trial->randomisation.age_cuts = {4, 8};
  const Table table = run(Trial(study, stance("null")));
  study.trial->randomisation.method = Randomisation::Method::simple;
  const Table simple = run(Trial(study, stance("null")));
  EXPECT_LT(number(table, "imbalance"), number(simple, "imbalance"));
}

std::vector<double> column(const Table& table, const char* name) {
  return std::get<std::vector<double>>(table.find(name)->values);
}

TEST(DiseaseTrial, ScoresAreRecordedWithTheirDecimals) {
  Study study = children(200, 1);
  const Table drawn = Trial(study, stance("published")).dataset(0, 200);
  study.trial->decimals["gmfm66"] = 1;
  const Table recorded = Trial(study, stance("published")).dataset(0, 200);
  for (const char* name : {"value", "baseline"}) {
    const auto before = column(drawn, name), after = column(recorded, name);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i], std::rint(10 * before[i]) / 10);
  }
  const auto values = column(recorded, "value");
  EXPECT_LT(std::set<double>(values.begin(), values.end()).size(), values.size()) << "ties occur";
}

/// Whatever else moves a value, it is written down last.
TEST(DiseaseTrial, ModifiedScoresAreRecordedWithTheirDecimals) {
  Study study = children(200, 1);
  study.trial->decimals["gmfm66"] = 0;
  study.trial->open_label_inflation = 0.3;
  study.trial->visit_window_days = 20;
  study.trial->dropout = Dropout{.months = {12}, .share = {0.1}, .arm_odds_ratio = {}};
  study.trial->intercurrent.resize(1);
  study.trial->intercurrent[0].kind = IntercurrentEvent::Kind::rescue;
  study.trial->intercurrent[0].share = 0.5;
  study.trial->intercurrent[0].effect = 1.234;
  for (const double value : column(Trial(study, stance("published")).dataset(0, 200), "value"))
    EXPECT_TRUE(std::isnan(value) || value == std::rint(value)) << value;
}

/// A delayed start: without an effect before it, and at month 12 the effect that six months of treatment have.
TEST(DiseaseTrial, DelayedStart) {
  Study study = children(40, 1);
  study.strategies.push_back(study.strategies[1]);
  study.outcomes.visits_months = {6, 12, 18};
  TrialQuestion& trial = *study.trial;
  trial.arms.push_back(trial.arms[0]);
  trial.arms[2].name = "delayed";
  trial.arms[2].crossover_to = "cells";
  trial.arms[2].crossover_months = 6;
  trial.randomisation.block = 3;
  trial.sample_size = {39};
  const PreparedTrial prepared(study, stance("published"));
  const auto source = prepared.model->source();
  source->begin(0, 0);
  Participants participants;
  source->enrol(0, 300, participants);
  ArmOutcomes none, cells, delayed;
  source->evaluate(0, {}, true, none);
  source->evaluate(1, {}, true, cells);
  source->evaluate(2, {}, true, delayed);
  double early = 0, late = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(delayed.values[0][i], none.values[0][i]);
    early += cells.latent[0][i] - none.latent[0][i];
    late += delayed.latent[1][i] - none.latent[1][i];
  }
  // The room above the score is a little smaller half a year later; exposure is the same.
  EXPECT_NEAR(late / early, 1, 0.02);
  EXPECT_GT(early, 0);
}

/// Who discontinues before the first infusion has the outcome without cells.
TEST(DiseaseTrial, DiscontinuationStopsInfusions) {
  Study study = children(40, 1);
  study.trial->intercurrent.resize(1);
  study.trial->intercurrent[0].share = 0.5;
  const PreparedTrial prepared(study, stance("published"));
  const auto source = prepared.model->source();
  source->begin(0, 0);
  Participants participants;
  source->enrol(0, 100, participants);
  const std::vector<double> at_once(100, 0.0), never(100, INFINITY), after_two(100, 10.0 / 30.4375);
  ArmOutcomes none, stopped, full, half;
  source->evaluate(0, {}, true, none);
  source->evaluate(1, {at_once.data(), nullptr}, true, stopped);
  source->evaluate(1, {never.data(), nullptr}, true, full);
  source->evaluate(1, {after_two.data(), nullptr}, true, half);
  EXPECT_EQ(stopped.latent, none.latent);
  double of_half = 0, of_full = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    of_half += half.latent[1][i] - none.latent[1][i];
    of_full += full.latent[1][i] - none.latent[1][i];
  }
  EXPECT_GT(of_half, 0);
  EXPECT_LT(of_half, of_full);
}

/// Inflated assessments: the bias is the inflation times the true effect.
TEST(DiseaseTrial, OpenLabelInflation) {
  Study study = children(100, 2000);
  study.trial->open_label_inflation = 0.5;
  const Table table = run(Trial(study, stance("published")));
  const double truth = number(table, "true_value");
  EXPECT_NEAR(number(table, "bias"), 0.5 * truth,
              mcse_allowed * std::hypot(number(table, "bias_mcse"), 1.5 * number(table, "true_value_mcse")));
}

/// Open label, rescue and visits off schedule add to what is observed, and leave neither the scale of a score nor its
/// categories; yes or no is not touched.
TEST(DiseaseTrial, ModificationsStayWithinTheScale) {
  Study study = children(60, 4);
  study.outcomes.endpoints = {"gmfm66", "sleep", "cgi_i", "drooling_frequency_cured"};
  study.population.gmfcs = {1, 0, 0, 0, 0};
  for (const auto& [endpoint, method] :
       {std::pair{"sleep", "t"}, {"cgi_i", "wilcoxon"}, {"drooling_frequency_cured", "fisher"}}) {
    AnalysisPlan plan = analysis(method);
    plan.name = endpoint;
    plan.endpoint = endpoint;
    study.trial->analyses.push_back(plan);
  }
  const Trial plain(study, stance("published"));
  study.trial->open_label_inflation = 10;
  study.trial->visit_window_days = 80;
  IntercurrentEvent rescue;
  rescue.kind = IntercurrentEvent::Kind::rescue;
  rescue.share = 0.5;
  rescue.effect = 60;
  study.trial->intercurrent = {rescue};
  const Trial trial(study, stance("published"));
  TrialSimulator simulator(trial.prepared(), false), plain_simulator(plain.prepared(), false);
  const Protocol& protocol = trial.prepared().protocol;
  std::size_t at_the_top = 0, other_category = 0;
  for (std::uint32_t replicate = 0; replicate < 4; ++replicate) {
    const auto& values = simulator.simulate_replicate(replicate, 60).observed.values;
    const auto& before = plain_simulator.simulate_replicate(replicate, 60).observed.values;
    for (std::size_t row = 0; row < values.size(); ++row) {
      const std::size_t slot = row / protocol.visits_months.size();
      for (std::size_t i = 0; i < 60; ++i) {
        const double value = values[row][i];
        if (std::isnan(value)) continue;
        EXPECT_GE(value, protocol.minimum[slot]) << protocol.endpoints[slot];
        EXPECT_LE(value, protocol.maximum[slot]) << protocol.endpoints[slot];
        if (protocol.kind[slot] != OutcomeKind::score) {
          EXPECT_EQ(value, std::floor(value));
        }
        at_the_top += slot == 0 && value == 100;
        other_category += protocol.kind[slot] == OutcomeKind::ordinal && value != before[row][i];
        if (protocol.kind[slot] == OutcomeKind::binary) {
          EXPECT_EQ(value, before[row][i]);
        }
      }
    }
  }
  EXPECT_GT(at_the_top, 0);
  EXPECT_GT(other_category, 0);
}

/// Twins are as many as the precision of the bias asks for.
TEST(DiseaseTrial, TheTruthIsTenTimesAsPreciseAsTheBias) {
  const Table table = run(Trial(children(100, 3000), stance("published")));
  EXPECT_LT(number(table, "true_value_mcse"), 0.1 * number(table, "bias_mcse"));
}

TEST(DiseaseTrial, UncertainParametersHaveATruthPerDraw) {
  Study study = children(60, 200);
  study.uncertain_parameters = true;
  const Table table = run(Trial(study, stance("sceptical")));
  EXPECT_GT(number(table, "true_value_mcse"), 0);
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
  EXPECT_NEAR(number(table, "coverage"), 0.95, mcse_allowed * binomial_se(0.95, 200));
}

TEST(DiseaseTrial, CellsCannotFollowOtherCells) {
  Study study = children(40, 1);
  study.trial->arms[1].crossover_to = "cells";
  study.trial->arms[1].crossover_months = 6;
  EXPECT_THROW(Trial(study, stance("published")), InternalError);
}

}  // namespace
}  // namespace vcohort::test
