#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "engine/numeric/elementary.hpp"
#include "engine/trial/expected_events.hpp"
#include "tests/engine/trial/designs.hpp"

/// Covariates of a data model in randomisation, adjustment, strata and subgroups.
namespace vcohort::test {
namespace {

using Kind = DataCovariate::Kind;

DataCovariate normal(double sd, double effect) {
  DataCovariate covariate;
  covariate.name = "x";
  covariate.sd = sd;
  covariate.effect = {effect};
  return covariate;
}

DataCovariate binary(double share, double effect) {
  DataCovariate covariate;
  covariate.name = "g";
  covariate.kind = Kind::binary;
  covariate.levels = {"no", "yes"};
  covariate.shares = {1 - share, share};
  covariate.effect = {0, effect};
  return covariate;
}

Study survival_in_strata(const std::string& method, std::int64_t patients, double ratio, std::int64_t replicates) {
  Study study = two_arms(method, patients, replicates);
  DataModel& model = *study.data_model;
  model.kind = OutcomeKind::survival;
  model.visits_months.clear();
  model.follow_up_months = 24;
  model.arms[0].hazard = {0.03};
  model.arms[1].hazard = {0.03 * ratio};
  model.covariates = {binary(0.4, std::log(3))};
  model.arm_numbers = ArmNumbers::conditional;
  study.trial->analyses[0].stratify = {"g"};
  study.trial->randomisation.stratify = {"g"};
  study.trial->randomisation.block = 4;
  return study;
}

Study binary_in_strata(const std::string& method, std::int64_t patients, double log_ratio, std::int64_t replicates) {
  Study study = two_arms(method, patients, replicates);
  DataModel& model = *study.data_model;
  model.kind = OutcomeKind::binary;
  model.arms[0].share = {0.2};
  model.arms[1].share = {1 / (1 + 4 * std::exp(-log_ratio))};
  model.covariates = {binary(0.4, std::log(4))};
  model.arm_numbers = ArmNumbers::conditional;
  study.trial->randomisation.stratify = {"g"};
  study.trial->randomisation.block = 4;
  return study;
}

std::string text(const Table& table, const std::string& column, std::size_t row = 0) {
  return std::get<std::vector<std::string>>(table.find(column)->values).at(row);
}

/// A covariate that explains R^2 leaves SD sqrt(1 - R^2); its coefficient costs 1 + 1 / (n - 4).
TEST(TrialCovariates, AncovaGainsWhatTheCovariateExplains) {
  constexpr std::int64_t many = 20000;
  Study study = normal_trial("ancova", 100, 0.4, many);
  study.data_model->covariates = {normal(10, 0.06)};
  study.trial->analyses[0].adjust = {"x"};
  const Trial trial(study, no_evidence());
  const Table table = run(trial);
  const double se = std::sqrt((1 - 0.36) * 2 / 50 * (1 + 1.0 / 96));
  EXPECT_NEAR(number(table, "empirical_se"), se, mcse_allowed * se / std::sqrt(2.0 * many));
  EXPECT_NEAR(number(table, "model_se"), se, 0.01 * se);
  EXPECT_NEAR(number(table, "true_value"), 0.4, 1e-12);
  const ClosedForm form = trial.closed_form(0, 0, 100).front();
  EXPECT_EQ(form.formula, "noncentral t, residual SD sd sqrt(1 - R^2)");
  EXPECT_NEAR(number(table, "power"), form.power, mcse_allowed * binomial_se(form.power, many));
  study.trial->analyses[0].adjust.clear();
  EXPECT_NEAR(number(run(study), "empirical_se"), std::sqrt(2.0 / 50), mcse_allowed * std::sqrt(1.0 / 50 / many));
}

/// Within strata the hazards are proportional: power by Schoenfeld, with the events of the mixture.
TEST(TrialCovariates, StratifiedLogRankHasThePowerOfItsEvents) {
  constexpr std::int64_t many = 10000;
  const Study study = survival_in_strata("logrank", 300, 0.65, many);
  const Trial trial(study, no_evidence());
  const Table table = run(trial);
  const std::vector<ClosedForm> forms = trial.closed_form(0, 0, 300);
  EXPECT_EQ(forms.front().source, "Schoenfeld 1981");
  // In large samples: a point or two off with 150 events.
  EXPECT_NEAR(number(table, "power"), forms.front().power, 0.02);
  const ExpectedEvents expected(*study.data_model, trial.prepared().protocol.design, 300);
  const auto events = [&](double hazard) { return 1 - std::exp(-24 * hazard); };
  const double of_control = 150 * (0.6 * events(0.03) + 0.4 * events(0.09));
  EXPECT_NEAR(expected.of_arm(0, 24), of_control, 1e-6);
  EXPECT_NEAR(expected.of_arm(1, 24), 150 * (0.6 * events(0.0195) + 0.4 * events(0.0585)), 1e-6);
  Study cox = survival_in_strata("cox", 300, 0.65, 2000);
  const Table of_cox = run(cox);
  EXPECT_NEAR(number(of_cox, "true_value"), std::log(0.65), 1e-12);
  EXPECT_EQ(text(of_cox, "true_value_kind"), "conditional");
  EXPECT_NEAR(number(of_cox, "bias"), 0, mcse_allowed * number(of_cox, "bias_mcse") + 2.0 / 300);
  EXPECT_NEAR(number(of_cox, "coverage"), 0.95, 0.025);
}

TEST(TrialCovariates, TypeOneErrorInStrata) {
  constexpr std::int64_t many = 20000;
  for (const char* method : {"logrank", "cox"}) {
    const Table table = run(survival_in_strata(method, 100, 1, many));
    EXPECT_NEAR(number(table, "power"), 0.05, 0.008) << method;  // about 50 events: large samples
    EXPECT_EQ(number(table, "true_value"), 0);
  }
  Study study = binary_in_strata("cmh", 100, 0, many);
  study.trial->analyses[0].stratify = {"g"};
  EXPECT_NEAR(number(run(study), "power"), 0.05, 0.008);
  study.trial->analyses[0] = analysis("proportional-odds");
  study.trial->analyses[0].adjust = {"g"};
  EXPECT_NEAR(number(run(study), "power"), 0.05, 0.01);
}

/// Conditional odds ratio 2; over all patients (0.6 of 1/3 and 0.4 of 2/3 against 0.32) 1.859375.
TEST(TrialCovariates, OddsRatiosDoNotCollapse) {
  Study study = binary_in_strata("proportional-odds", 2000, std::log(2), 500);
  study.trial->analyses[0].adjust = {"g"};
  const Table adjusted = run(study);
  EXPECT_NEAR(number(adjusted, "true_value"), std::log(2), 1e-12);
  EXPECT_EQ(text(adjusted, "true_value_kind"), "conditional");
  EXPECT_NEAR(number(adjusted, "bias"), 0, mcse_allowed * number(adjusted, "bias_mcse") + 2.0 / 2000);
  study.trial->analyses[0].adjust.clear();
  const Table unadjusted = run(study);
  EXPECT_NEAR(number(unadjusted, "true_value"), std::log(1.859375), 1e-9);
  EXPECT_EQ(text(unadjusted, "true_value_kind"), "marginal");
  EXPECT_NEAR(number(unadjusted, "bias"), 0, mcse_allowed * number(unadjusted, "bias_mcse") + 2.0 / 2000);
  study.trial->analyses[0] = analysis("cmh");
  study.trial->analyses[0].stratify = {"g"};
  const Table common = run(study);
  EXPECT_NEAR(number(common, "true_value"), std::log(2), 1e-12);
  EXPECT_NEAR(number(common, "bias"), 0, mcse_allowed * number(common, "bias_mcse") + 2.0 / 2000);
}

/// Cochran's test: the normal approximation of Woolson, Bean and Rojas (1986), computed here.
TEST(TrialCovariates, PowerOfCochransTest) {
  constexpr std::int64_t many = 10000;
  constexpr double n = 360;
  Study study = binary_in_strata("cmh", 360, std::log(2), many);
  study.trial->analyses[0].stratify = {"g"};
  double sum = 0, null = 0, here = 0;
  for (const auto& [share, control, active] : {std::array<double, 3>{0.6, 0.2, 1.0 / 3}, {0.4, 0.5, 2.0 / 3}}) {
    const double size = n * share / 4, mean = (control + active) / 2;
    sum += size * (active - control);
    null += size * mean * (1 - mean);
    here += size / 2 * (active * (1 - active) + control * (1 - control));
  }
  const double power = normal_cdf((sum - 1.959963984540054 * std::sqrt(null)) / std::sqrt(here));
  EXPECT_NEAR(number(run(study), "power"), power, mcse_allowed * binomial_se(power, many) + 0.005);
}

/// The effect is 0.2 in "no" and 1 in "yes", who are 0.4: 0.52 over all; each subgroup with its own numbers.
TEST(TrialCovariates, SubgroupsAndInteractionsHaveTheirTrueValues) {
  Study study = normal_trial("t", 200, 0.52, 4000);
  study.data_model->arms[0].sd = study.data_model->arms[1].sd = {2};
  study.data_model->covariates = {binary(0.4, 1)};
  study.data_model->covariates[0].interaction = {{}, {0, 0.8}};
  study.trial->randomisation.stratify = {"g"};
  study.trial->randomisation.block = 4;
  AnalysisPlan yes = analysis("t"), difference = analysis("t");
  yes.name = "yes";
  yes.where = {{"g", {"yes"}}};
  difference.name = "interaction";
  difference.interaction = "g";
  study.trial->analyses.push_back(yes);
  study.trial->analyses.push_back(difference);
  const Table table = run(study);
  const double expected[] = {0.52, 1, 0.8};
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_NEAR(number(table, "true_value", row), expected[row],
                1e-12 + mcse_allowed * number(table, "true_value_mcse", row));
    EXPECT_NEAR(number(table, "bias", row), 0, mcse_allowed * number(table, "bias_mcse", row));
    EXPECT_NEAR(number(table, "coverage", row), 0.95, 0.02);
  }
  EXPECT_NEAR(number(table, "analysed", 1), 80, 1);
  // Independent estimates: variance s^2 / (n p) of each arm and level.
  const double within = 4 - 0.24, within_active = 4 - 1.8 * 1.8 * 0.24;
  const double se = std::sqrt((within + within_active) / 100 * (1 / 0.4 + 1 / 0.6));
  EXPECT_NEAR(number(table, "empirical_se", 2), se, 0.05 * se);
}

/// Without effects an interaction is rejected at its level.
TEST(TrialCovariates, InteractionTestsHoldTheirLevel) {
  Study study = normal_trial("ancova", 100, 0.5, 20000);
  study.data_model->covariates = {binary(0.4, 0.5), normal(1, 0.5)};
  study.trial->analyses[0].adjust = {"x"};
  study.trial->analyses[0].interaction = "g";
  const Table table = run(study);
  EXPECT_EQ(number(table, "true_value"), 0);
  EXPECT_NEAR(number(table, "power"), 0.05, mcse_allowed * binomial_se(0.05, 20000) + 0.002);  // Satterthwaite's: near
}

/// Strata of randomisation are full in blocks, and the data set has the covariates.
TEST(TrialCovariates, StandInTheDataSet) {
  Study study = binary_in_strata("cmh", 60, 0, 10);
  study.trial->analyses[0].stratify = {"g"};
  study.data_model->covariates.push_back(normal(10, 0));
  study.data_model->covariates[1].cuts = {0};
  study.data_model->covariates[1].decimals = 1;
  const Table table = Trial(study, no_evidence()).dataset(3, 60);
  int difference[2] = {0, 0};
  for (std::size_t i = 0; i < 60; ++i) {
    const bool yes = text(table, "g", i) == "yes";
    difference[yes] += text(table, "arm", i) == "active" ? 1 : -1;
    const double x = number(table, "x", i);
    EXPECT_NEAR(x * 10, std::rint(x * 10), 1e-9);
    EXPECT_EQ(text(table, "x_group", i), x < 0 ? "below 0" : "from 0 on");
  }
  EXPECT_LE(std::abs(difference[0]), 2);
  EXPECT_LE(std::abs(difference[1]), 2);
}

/// Sites by centre: between-site variance goes when the analysis has the site.
TEST(TrialCovariates, AdjustmentForSitesTakesTheirVariance) {
  constexpr std::int64_t many = 4000;
  Study study = normal_trial("ancova", 120, 0.5, many);
  DataCovariate site;
  site.name = "site";
  site.kind = Kind::site;
  for (int k = 1; k <= 5; ++k) site.levels.push_back(std::to_string(k));
  site.shares.assign(5, 0.2);
  site.effect_sd = std::sqrt(0.2);
  study.data_model->covariates = {site};
  study.trial->randomisation.stratify = {"site"};
  study.trial->randomisation.block = 4;
  study.trial->analyses[0].adjust = {"site"};
  const Table table = run(study);
  const double se = std::sqrt(0.8 * 4 / 120);
  EXPECT_NEAR(number(table, "empirical_se"), se, 0.03 * se);
  EXPECT_NEAR(number(table, "model_se"), se, 0.03 * se);
  EXPECT_NEAR(number(table, "coverage"), 0.95, 0.02);
}

/// The three studies whose trials R analyses.
Study scores_for_r() {
  Study study = normal_trial_with_baseline("ancova", 120, 0.4, 0.5, 10);
  DataModel& model = *study.data_model;
  DataCovariate stage;
  stage.name = "c";
  stage.kind = Kind::categorical;
  stage.levels = {"II", "I", "III"};
  stage.shares = {0.5, 0.3, 0.2};
  stage.effect = {0, 0.3, -0.4};
  DataCovariate site;
  site.name = "site";
  site.kind = Kind::site;
  site.levels = {"1", "2", "3", "4"};
  site.shares.assign(4, 0.25);
  site.effect_sd = 0.2;
  model.covariates = {normal(10, 0.03), binary(0.4, 0.3), stage, site};
  model.covariate_correlation = {{1, 0.4, 0, 0}, {0.4, 1, 0.2, 0}, {0, 0.2, 1, 0}, {0, 0, 0, 1}};
  std::vector<AnalysisPlan>& plans = study.trial->analyses;
  plans.assign(3, plans.front());
  plans[0].adjust = {"baseline", "x", "g", "c"};
  plans[1].name = "site";
  plans[1].adjust = {"baseline", "site"};
  plans[2].name = "interaction";
  plans[2].adjust = {"baseline"};
  plans[2].interaction = "g";
  return study;
}

Study shares_for_r() {
  Study study = binary_in_strata("proportional-odds", 150, 0.7, 10);
  study.data_model->covariates.push_back(normal(2, 0.2));
  study.trial->analyses[0].adjust = {"x", "g"};
  study.trial->analyses.push_back(analysis("cmh"));
  study.trial->analyses[1].name = "cmh";
  study.trial->analyses[1].stratify = {"g"};
  return study;
}

Study times_for_r() {
  Study study = survival_in_strata("cox", 160, 0.6, 10);
  study.data_model->covariates.push_back(normal(2, 0.2));
  study.data_model->covariates[1].decimals = 1;
  study.trial->analyses[0].adjust = {"x"};
  study.trial->analyses.push_back(study.trial->analyses[0]);
  study.trial->analyses[1].name = "logrank";
  study.trial->analyses[1].method = "logrank";
  study.trial->analyses[1].adjust.clear();
  return study;
}

/// For tests/oracles/covariates/exported.R, in the folder that VCOHORT_EXPORT names.
void write_csv(const Table& table, const std::string& path) {
  std::ofstream file(path);
  file.precision(17);
  for (const Column& column : table.columns) file << (&column == table.columns.data() ? "" : ",") << column.name;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    file << '\n';
    for (const Column& column : table.columns) {
      if (&column != table.columns.data()) file << ',';
      if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values))
        file << texts->at(row);
      else
        file << number(table, column.name, row);
    }
  }
  file << '\n';
}

/// R 4.2 and survival, by tests/oracles/covariates/exported.R.
TEST(TrialCovariates, RSaysTheSameOfExportedTrials) {
  struct Case {
    const char* name;
    Study study;
    std::int64_t patients;
    std::vector<std::array<double, 2>> expected;  // estimate, standard error; of cmh and logrank the chi-square
  };
  const Case cases[] = {
      {"scores",
       scores_for_r(),
       120,
       {{0.576956185283, 0.157000460226}, {0.440126281537, 0.165547993825}, {0.36415457035, 0.330690678565}}},
      {"shares", shares_for_r(), 150, {{0.985428589086, 0.381947384963}, {0.996031734914, 7.29055443326}}},
      {"times", times_for_r(), 160, {{-0.232552445432, 0.211953204122}, {0, 1.34782148749}}},
  };
  for (const Case& of : cases) {
    const Trial trial(of.study, no_evidence());
    if (const char* folder = std::getenv("VCOHORT_EXPORT"))
      write_csv(trial.dataset(0, of.patients), std::string(folder) + "/" + of.name + ".csv");
    TrialSimulator simulator(trial.prepared(), true);
    simulator.simulate_replicate(0, of.patients);
    for (std::size_t a = 0; a < of.expected.size(); ++a) {
      const analysis::Estimate& found = simulator.analyse(a, static_cast<std::size_t>(of.patients)).front().estimate;
      const auto [estimate, second] = of.expected[a];
      constexpr double relative = 1e-6;
      const std::string& method = of.study.trial->analyses[a].method;
      if (method != "logrank") {
        EXPECT_NEAR(found.estimate, estimate, relative * std::fabs(estimate)) << of.name << a;
      }
      const bool chi_square = method == "logrank" || method == "cmh";
      EXPECT_NEAR(chi_square ? found.statistic * found.statistic : found.se, second, relative * second) << of.name << a;
    }
  }
}

}  // namespace
}  // namespace vcohort::test
