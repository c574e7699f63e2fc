#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
