#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/io/study/trial_texts.hpp"

namespace vcohort {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string scores =
    "kind = \"normal\"\nvisits_months = [0, 12]\ncorrelation = [[1, 0.5], [0.5, 1]]\n"
    "arms.a = { mean = [0, 0], sd = [1, 2] }\narms.b = { difference = 1 }\n";
const std::string times =
    "kind = \"survival\"\nfollow_up_months = 24\narms.a = { median_months = 12 }\narms.b = { hazard_ratio = 0.7 }\n";
const std::string ancova = "visit_months = 12, analysis = \"ancova\"";
const std::string g = "covariates.g = { kind = \"binary\", share = 0.3";

std::string complaint(const std::string& model, const std::string& primary, const std::string& trial = "") {
  return complaint_of([&] { read_study(with_model(model, primary, trial), "x"); });
}

TEST(DataCovariatesReader, ReadsEveryKind) {
  const DataModel model = *read_file("trial_covariates.toml").study.data_model;
  ASSERT_EQ(model.covariates.size(), 5u);
  const DataCovariate &age = model.covariates[0], &sex = model.covariates[1], &stage = model.covariates[2],
                      &lean = model.covariates[3], &site = model.covariates[4];
  EXPECT_EQ(age.mean, 60);
  EXPECT_THAT(age.effect, ElementsAre(-0.2));
  EXPECT_THAT(age.interaction, ElementsAre(IsEmpty(), ElementsAre(0.1)));
  EXPECT_EQ(age.factor_levels(), 3);
  EXPECT_THAT(sex.levels, ElementsAre("female", "male"));
  EXPECT_THAT(sex.shares, ElementsAre(0.6, 0.4));
  EXPECT_THAT(sex.effect, ElementsAre(0, 1.5));
  EXPECT_THAT(sex.by_visit, ElementsAre(0, 0.5, 1));
  EXPECT_THAT(stage.effect, ElementsAre(0, -1, -3));
  EXPECT_THAT(stage.interaction, ElementsAre(IsEmpty(), ElementsAre(0, 0, 2)));
  EXPECT_EQ(model.covariate_correlation[2][0], 0.3);
  EXPECT_EQ(model.covariate_correlation[1][0], 0);
  EXPECT_THAT(lean.effect, ElementsAre(DoubleEq(2))) << "0.2 of an SD of 10";
  EXPECT_EQ(site.effect_sd, 2) << "a fifth of 10";
  EXPECT_THAT(site.levels, ElementsAre("1", "2", "3"));
  EXPECT_THAT(site.opened_months, ElementsAre(0, 2, 4));
}

TEST(DataCovariatesReader, RatiosAreEffects) {
  const DataModel model =
      *read_model(times +
                      "arm_numbers = \"conditional\"\n"
                      "covariates.stage = { kind = \"categorical\", levels = [\"I\", \"II\", \"III\"], shares = "
                      "[0.2, 0.3, 0.5], ratio = { III = 3 }, interaction_ratio = { b = { II = 0.5 } } }\n"
                      "covariates.site = { kind = \"site\", number = 3, opened_months = 6 }",
                  "analysis = \"cox\", stratify = [\"stage\"]")
           .data_model;
  EXPECT_THAT(model.covariates[0].effect, ElementsAre(0, 0, DoubleEq(std::log(3))));
  EXPECT_THAT(model.covariates[0].interaction[1], ElementsAre(0, DoubleEq(std::log(0.5)), 0));
  EXPECT_EQ(model.arm_numbers, ArmNumbers::conditional);
  EXPECT_THAT(model.covariates[1].opened_months, ElementsAre(0, 3, 6));
}

TEST(DataCovariatesReader, RefusesWhatNoPatientsHave) {
  const auto refused = [](const std::string& covariates) { return complaint(scores + covariates, ancova); };
  EXPECT_THAT(refused("covariates.x = { kind = \"normal\", mean = 0, sd = 1, effect = 1.1 }"),
              HasSubstr("x:8:1: the covariates explain more than the outcome of \"a\" varies"));
  EXPECT_EQ(refused("covariates.x = { kind = \"normal\", mean = 0, sd = 1, effect = 0.9 }"), "");
  EXPECT_THAT(
      refused("covariates.x = { kind = \"normal\", mean = 0, sd = 1 }\ncovariates.y = { kind = \"normal\", mean = "
              "0, sd = 1, correlated_with = { x = 0.9 } }\ncovariates.z = { kind = \"normal\", mean = 0, sd = 1, "
              "correlated_with = { x = 0.9, y = -0.9 } }"),
      HasSubstr("the correlation of the covariates is not positive definite"));
  EXPECT_THAT(refused(g + ", correlated_with = { x = 0.2 } }"), HasSubstr("there is no covariate before this one"));
  EXPECT_THAT(refused(g + ", levels = [\"a\", \"b\", \"c\"] }"), HasSubstr("a binary covariate has two levels"));
  EXPECT_THAT(refused(g + ", sd = 1 }"), HasSubstr("the covariate is binary"));
  EXPECT_THAT(refused(g + ", effect = { maybe = 1 } }"), HasSubstr("there is no level \"maybe\""));
  EXPECT_THAT(refused(g + ", effect = { no = 1 } }"), HasSubstr("the first level is what others are compared with"));
  EXPECT_THAT(refused(g + ", ratio = 2 }"), HasSubstr("has effects in points"));
  EXPECT_THAT(refused(g + ", effect = 0.1, outcome_correlation = 0.1 }"), HasSubstr("the covariate is binary"));
  EXPECT_THAT(refused(g + ", interaction = { c = 1 } }"), HasSubstr("there is no arm \"c\""));
  EXPECT_THAT(refused(g + ", by_visit = [0, 1] }"), HasSubstr("\"by_visit\" has no effect"));
  EXPECT_THAT(refused(g + ", effect = 0.1, by_visit = [0, 1, 1] }"), HasSubstr("2 visits, 3 numbers"));
  EXPECT_THAT(refused("covariates.baseline = { kind = \"binary\", share = 0.3 }"),
              HasSubstr("\"baseline\" is no name of a covariate"));
  EXPECT_THAT(refused("covariates.s = { kind = \"site\", number = 3, opened_months = [1, 2, 3] }"),
              HasSubstr("no site recruits on the first day"));
  EXPECT_THAT(refused("covariates.s = { kind = \"site\", number = 3, effect = 1 }"), HasSubstr("give \"effect_sd\""));
  EXPECT_THAT(refused("arm_numbers = \"marginal\"\n" + g + ", effect = 0.1 }"),
              HasSubstr("has the means and SDs of all patients"));
}

TEST(DataCovariatesReader, WhoseNumbersArmsHaveMustBeSaid) {
  const std::string cox = "analysis = \"cox\"";
  EXPECT_THAT(complaint(times + g + ", ratio = 2 }", cox), HasSubstr("\"arm_numbers\""));
  EXPECT_EQ(complaint(times + g + " }", cox), "");
  EXPECT_THAT(complaint(times + "arm_numbers = \"marginal\"\n" + g + " }", cox),
              HasSubstr("no covariate has an effect"));
  EXPECT_THAT(complaint(times + "arm_numbers = \"marginal\"\ncovariates.x = { kind = \"normal\", mean = 0, sd = 1, "
                                "effect = 5 }",
                        cox),
              HasSubstr("the covariates move the outcome by 5 with one SD"));
}

TEST(DataCovariatesReader, NamesAreLookedUp) {
  const std::string model = scores + g + ", effect = 0.1 }\ncovariates.x = { kind = \"normal\", mean = 0, sd = 1 }";
  EXPECT_THAT(complaint(model, ancova + ", adjust = [\"y\"]"), HasSubstr("there is no covariate \"y\""));
  EXPECT_EQ(complaint(model, ancova + ", adjust = [\"x\", \"g\", \"baseline\"]"), "");
  EXPECT_THAT(complaint(model, "visit_months = 12, analysis = \"van-elteren\", stratify = [\"x\"]"),
              HasSubstr("the covariate \"x\" has no levels"));
  EXPECT_THAT(complaint(model, ancova, "randomisation = { stratify = [\"x\"] }"),
              HasSubstr("the covariate \"x\" has no levels"));
  EXPECT_EQ(complaint(model, ancova, "randomisation = { stratify = [\"g\"] }"), "");
  EXPECT_THAT(complaint(scores, ancova, "randomisation = { stratify = [\"g\"] }"),
              HasSubstr("the data model has no covariates"));
  EXPECT_THAT(complaint(model, ancova + ", where = { g = \"maybe\" }"), HasSubstr("\"g\" has no level \"maybe\""));
  EXPECT_THAT(complaint(model, ancova + ", where = { h = \"yes\" }"), HasSubstr("there is no factor \"h\""));
  EXPECT_THAT(complaint(model, ancova + ", interaction = \"x\""), HasSubstr("the covariate \"x\" has no levels"));
  EXPECT_THAT(complaint(model, ancova + ", adjust = [\"g\"], interaction = \"g\""), HasSubstr("adjusts for it, too"));
  EXPECT_THAT(complaint(model, "visit_months = 12, analysis = \"wilcoxon\", interaction = \"g\""),
              HasSubstr("no standard error of a difference"));
  EXPECT_EQ(complaint(model, ancova + ", where = { g = [\"yes\", \"no\"] }"), "");
}

}  // namespace
}  // namespace vcohort
