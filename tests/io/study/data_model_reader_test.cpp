#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/io/study/trial_texts.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(DataModelReader, ReadsTheDesignsDataModel) {
  const StudyReading reading = read_file("trial_data_model.toml");
  const DataModel& model = *reading.study.data_model;
  EXPECT_EQ(model.kind, OutcomeKind::score);
  EXPECT_THAT(model.visits_months, ElementsAre(0, 12));
  EXPECT_THAT(model.correlation, ElementsAre(ElementsAre(1, 0.5), ElementsAre(0.5, 1)));
  ASSERT_EQ(model.arms.size(), 2u);
  EXPECT_EQ(model.arms[0].name, "control");
  EXPECT_EQ(model.arms[1].name, "active");
  EXPECT_THAT(model.arms[1].mean, ElementsAre(0, 0.35));
  EXPECT_THAT(model.arms[1].sd, ElementsAre(1, 0.866));

  const TrialQuestion& trial = *reading.study.trial;
  EXPECT_EQ(trial.arms[0].name, "active");
  EXPECT_EQ(trial.arms[0].strategy, 1) << "index into the arms of the data model";
  EXPECT_EQ(trial.reference, 1);
  EXPECT_EQ(trial.analyses[0].endpoint, "outcome");
  EXPECT_EQ(trial.randomisation.block, 6) << "twice the sum of the ratios";
  EXPECT_THAT(trial.accrual.pieces, IsEmpty());
  EXPECT_EQ(reading.study.population.size, 0);
  EXPECT_THAT(reading.study.outcomes.endpoints, ElementsAre("outcome"));
  EXPECT_THAT(reading.study.outcomes.visits_months, ElementsAre(12));
}

TEST(DataModelReader, ReadsEveryKindOfDataModel) {
  const Study binary =
      read_model("kind = \"binary\"\nvisits_months = 6\narms.a = { share = 0.2 }\narms.b = { share = 0.35 }",
                 "visit_months = 6, analysis = \"fisher\"");
  EXPECT_THAT(binary.data_model->correlation, ElementsAre(ElementsAre(1)));
  EXPECT_THAT(binary.data_model->arms[1].share, ElementsAre(0.35));

  const Study ordinal = read_model(
      "kind = \"ordinal\"\nvisits_months = 6\narms.a = { share = [0.2, 0.3, 0.5] }\n"
      "arms.b = { share = [0.1, 0.3, 0.61] }",
      "visit_months = 6, analysis = \"proportional-odds\"");
  EXPECT_THAT(ordinal.data_model->arms[0].share, ElementsAre(0.2, 0.3, 0.5));
  EXPECT_DOUBLE_EQ(ordinal.data_model->arms[1].share[2], 0.61 / 1.01);

  const Study survival = read_model(
      "kind = \"survival\"\nfollow_up_months = 24\narms.a = { hazard = 0.05 }\n"
      "arms.b = { hazard = [0.05, 0.035], hazard_from_months = [0, 6] }",
      "analysis = \"logrank\"");
  EXPECT_EQ(survival.data_model->follow_up_months, 24);
  EXPECT_THAT(survival.data_model->arms[0].hazard_from_months, ElementsAre(0));
  EXPECT_THAT(survival.data_model->arms[1].hazard, ElementsAre(0.05, 0.035));
  EXPECT_EQ(survival.trial->analyses[0].visit_months, 24) << "the end of follow-up";
  EXPECT_THAT(survival.outcomes.visits_months, ElementsAre(24));

  const Study count = read_model(
      "kind = \"count\"\nfollow_up_months = 12\narms.a = { rate = 0.4, dispersion = 0.5 }\narms.b = { rate = 0.3 }",
      "analysis = \"negative-binomial\"");
  EXPECT_EQ(count.data_model->arms[0].dispersion, 0.5);
  EXPECT_EQ(count.data_model->arms[1].rate, 0.3);
  EXPECT_EQ(count.data_model->arms[1].dispersion, 0);
}

std::vector<DataModel::DataArm> arms_of(const std::string& model, const std::string& primary) {
  return read_model(model, primary).data_model->arms;
}

Study survival(const std::string& arms) {
  return read_model("kind = \"survival\"\nfollow_up_months = 24\n" + arms, "analysis = \"logrank\"");
}

/// Resolved texts say the same: read_model reads them again.
TEST(DataModelReader, ResolvesMediansAndSurvival) {
  const Study study = survival(
      "arms.a = { median_months = 12 }\narms.b = { survival_share = 0.4, survival_months = 24, shape = 2, cured = 0.25 "
      "}");
  const auto& arms = study.data_model->arms;
  ASSERT_EQ(arms[0].hazard.size(), 1u);
  EXPECT_DOUBLE_EQ(arms[0].hazard[0], std::log(2.0) / 12);
  EXPECT_EQ(arms[0].shape, 1);
  EXPECT_EQ(arms[0].cured, 0);
  EXPECT_DOUBLE_EQ(arms[1].hazard[0], -std::log(0.4) / 576);
  EXPECT_EQ(arms[1].shape, 2);
  EXPECT_EQ(arms[1].cured, 0.25);
}

TEST(DataModelReader, ResolvesHazardRatios) {
  const Study study = survival(
      "arms.a = { hazard = [0.1, 0.05], hazard_from_months = [0, 6], cured = 0.2 }\n"
      "arms.b = { hazard_ratio = [1, 0.5], hazard_ratio_from_months = [0, 4] }\n"
      "arms.c = { hazard_ratio = 2, cured = 0 }");
  const auto& arms = study.data_model->arms;
  EXPECT_THAT(arms[1].hazard, ElementsAre(0.1, 0.05, 0.025));
  EXPECT_THAT(arms[1].hazard_from_months, ElementsAre(0, 4, 6));
  EXPECT_EQ(arms[1].cured, 0.2) << "that of the first arm";
  EXPECT_THAT(arms[2].hazard, ElementsAre(0.2, 0.1));
  EXPECT_EQ(arms[2].cured, 0);
  const Study weibull = survival("arms.a = { median_months = 9, shape = 1.5 }\narms.b = { hazard_ratio = 0.7 }");
  EXPECT_EQ(weibull.data_model->arms[1].shape, 1.5);
  EXPECT_DOUBLE_EQ(weibull.data_model->arms[1].hazard[0], 0.7 * std::log(2.0) / 27);
}

TEST(DataModelReader, ResolvesRisks) {
  const std::string reference = "kind = \"binary\"\nvisits_months = [0, 6, 12]\narms.a = { share = [0.5, 0.2, 0.4] }\n";
  const auto shares = [&](const std::string& effect) {
    return arms_of(reference + "arms.b = { " + effect + " }", "visit_months = 12, analysis = \"fisher\"")[1].share;
  };
  const auto odds = [](double p) { return p / (1 - p); };
  const std::vector<double> by_odds = shares("odds_ratio = 1.8");
  EXPECT_EQ(by_odds[0], 0.5) << "before treatment";
  EXPECT_NEAR(odds(by_odds[1]) / odds(0.2), 1.8, 1e-12);
  EXPECT_NEAR(odds(by_odds[2]) / odds(0.4), 1.8, 1e-12);
  const std::vector<double> two = shares("odds_ratio = [1, 3]");
  EXPECT_NEAR(two[1], 0.2, 1e-15);
  EXPECT_NEAR(two[2], 2.0 / 3, 1e-15);
  EXPECT_THAT(shares("risk_ratio = [0.5, 2.5]"), ElementsAre(0.5, 0.1, 1));
  EXPECT_THAT(shares("risk_difference = [-0.2, 0.1]"), ElementsAre(0.5, 0, 0.5));
}

TEST(DataModelReader, ResolvesProportionalOdds) {
  const auto arms = arms_of(
      "kind = \"ordinal\"\nvisits_months = 6\narms.a = { share = [0.2, 0.3, 0.5] }\narms.b = { odds_ratio = 3 }",
      "visit_months = 6, analysis = \"proportional-odds\"");
  EXPECT_NEAR(arms[1].share[2], 0.75, 1e-15);           // odds 3
  EXPECT_NEAR(arms[1].share[0], 1 - 12.0 / 13, 1e-15);  // odds 4 become 12
  EXPECT_NEAR(arms[1].share[1], 12.0 / 13 - 0.75, 1e-15);
}

TEST(DataModelReader, ResolvesDifferences) {
  const std::string reference =
      "kind = \"normal\"\nvisits_months = [0, 6, 12]\narms.a = { mean = [50, 52, 54], sd = [8, 9, 10] }\n";
  const auto arm = [&](const std::string& effect) {
    return arms_of(reference + "arms.b = { " + effect + " }", "visit_months = 12, analysis = \"mmrm\"")[1];
  };
  EXPECT_THAT(arm("difference = 3").mean, ElementsAre(50, 55, 57));
  EXPECT_THAT(arm("difference = 3").sd, ElementsAre(8, 9, 10));
  EXPECT_THAT(arm("difference = [1, -2], sd = [8, 9, 12]").mean, ElementsAre(50, 53, 52));
  EXPECT_THAT(arm("difference = [1, -2], sd = [8, 9, 12]").sd, ElementsAre(8, 9, 12));
  EXPECT_THAT(arm("standardised_difference = 0.5").mean, ElementsAre(50, 56.5, 59));
}

TEST(DataModelReader, ResolvesRateRatios) {
  const auto arms = arms_of(
      "kind = \"count\"\nfollow_up_months = 12\narms.a = { rate = 0.4, dispersion = 0.5 }\narms.b = { rate_ratio = "
      "0.75 "
      "}\narms.c = { rate_ratio = 2, dispersion = 0 }",
      "analysis = \"negative-binomial\"");
  EXPECT_DOUBLE_EQ(arms[1].rate, 0.3);
  EXPECT_EQ(arms[1].dispersion, 0.5);
  EXPECT_DOUBLE_EQ(arms[2].rate, 0.8);
  EXPECT_EQ(arms[2].dispersion, 0);
}

TEST(DataModelReader, ReadsDropoutAsAHazard) {
  const auto dropout = [](const std::string& text) {
    return *read_model(
                "kind = \"survival\"\nfollow_up_months = 24\narms.a = { median_months = 9 }\narms.b = { "
                "hazard_ratio = 0.7 }",
                "analysis = \"logrank\"", "dropout = { " + text + " }")
                .trial->dropout;
  };
  EXPECT_EQ(dropout("per_month = 0.004").per_month, 0.004);
  EXPECT_THAT(dropout("per_month = 0.004").months, IsEmpty());
  EXPECT_DOUBLE_EQ(dropout("yearly = 0.05").per_month, -std::log(0.95) / 12);
  EXPECT_EQ(dropout("months = 12, share = 0.1").per_month, 0);
}

// rho^|t-u|, rho, and rho_|t-u|, worked out by hand.
TEST(DataModelReader, BuildsCorrelationsFromStructures) {
  const auto correlation = [](const std::string& text) {
    return read_model(
               "kind = \"normal\"\nvisits_months = [0, 6, 12]\ncorrelation = " + text +
                   "\narms.a = { mean = [0, 0, 0], sd = [1, 1, 1] }\narms.b = { mean = [0, 0, 1], sd = [1, 1, 1] }",
               "visit_months = 12, analysis = \"mmrm\"")
        .data_model->correlation;
  };
  EXPECT_THAT(correlation("{ structure = \"ar1\", rho = 0.5 }"),
              ElementsAre(ElementsAre(1, 0.5, 0.25), ElementsAre(0.5, 1, 0.5), ElementsAre(0.25, 0.5, 1)));
  EXPECT_THAT(correlation("{ structure = \"compound-symmetry\", rho = 0.3 }"),
              ElementsAre(ElementsAre(1, 0.3, 0.3), ElementsAre(0.3, 1, 0.3), ElementsAre(0.3, 0.3, 1)));
  EXPECT_THAT(correlation("{ structure = \"toeplitz\", rho = [0.6, 0.2] }"),
              ElementsAre(ElementsAre(1, 0.6, 0.2), ElementsAre(0.6, 1, 0.6), ElementsAre(0.2, 0.6, 1)));
  EXPECT_THAT(correlation("[[1, 0, 0.1], [0, 1, 0], [0.1, 0, 1]]"),
              ElementsAre(ElementsAre(1, 0, 0.1), ElementsAre(0, 1, 0), ElementsAre(0.1, 0, 1)));
}

// Compound symmetry of T visits is positive definite for rho above -1 / (T - 1) and below 1.
TEST(DataModelReader, RefusesCorrelationsThatNothingHas) {
  const auto complaint = [](const std::string& rho) {
    return complaint_of([&] {
      read_study(
          with_model(
              "kind = \"normal\"\nvisits_months = [0, 6, 12]\ncorrelation = { structure = \"compound-symmetry\", rho "
              "= " +
                  rho +
                  " }\narms.a = { mean = [0, 0, 0], sd = [1, 1, 1] }\narms.b = { mean = [0, 0, 1], sd = [1, 1, 1] }",
              "visit_months = 12, analysis = \"mmrm\""),
          "x");
    });
  };
  EXPECT_EQ(complaint("-0.49"), "");
  EXPECT_EQ(complaint("0.99"), "");
  EXPECT_THAT(complaint("-0.5"), HasSubstr("x:5:15: the correlation is not positive definite"));
  EXPECT_THAT(complaint("1"), HasSubstr("not positive definite"));
}

}  // namespace
}  // namespace vcohort
