#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/analysis/methods.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/evidence_reader.hpp"
#include "io/study/study_reader.hpp"
#include "io/study/study_writer.hpp"
#include "tests/io/study/trial_texts.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TrialReader, ReadsTheDesignsExample) {
  const StudyReading reading = read_file("trial_design.toml");
  const TrialQuestion& trial = *reading.study.trial;
  ASSERT_EQ(trial.arms.size(), 2u);
  EXPECT_EQ(trial.arms[0].name, "rehabilitation");
  EXPECT_EQ(trial.arms[0].strategy, 0);
  EXPECT_EQ(trial.arms[0].ratio, 1);
  EXPECT_FALSE(trial.arms[0].crossover_to);
  EXPECT_EQ(trial.arms[1].name, "four IV infusions");
  EXPECT_EQ(trial.arms[1].strategy, 1);
  EXPECT_EQ(trial.reference, 0);
  EXPECT_THAT(trial.sample_size, ElementsAre(40, 80, 160));
  EXPECT_EQ(trial.replicates, 100'000);
  EXPECT_FALSE(trial.power_mcse);
  EXPECT_EQ(trial.alpha, 0.05);
  EXPECT_EQ(trial.sides, 2);
  EXPECT_EQ(trial.randomisation.method, Randomisation::Method::permuted_block);
  EXPECT_EQ(trial.randomisation.block, 4);
  EXPECT_THAT(trial.randomisation.stratify, ElementsAre("gmfcs"));
  EXPECT_EQ(trial.accrual.kind, Accrual::Kind::constant);
  ASSERT_EQ(trial.accrual.pieces.size(), 1u);
  EXPECT_EQ(trial.accrual.pieces[0].from_months, 0);
  EXPECT_EQ(trial.accrual.pieces[0].per_month, 5);
  EXPECT_FALSE(trial.accrual.linear);
  EXPECT_THAT(trial.dropout->months, ElementsAre(6, 12, 24));
  EXPECT_THAT(trial.dropout->share, ElementsAre(0.03, 0.06, 0.15));
  EXPECT_EQ(trial.dropout->mechanism, Dropout::Mechanism::mcar);
  EXPECT_EQ(trial.dropout->odds_ratio_per_sd, 1);
  EXPECT_THAT(trial.dropout->arm_odds_ratio, IsEmpty());
  EXPECT_THAT(trial.intercurrent, IsEmpty());
  EXPECT_EQ(trial.visit_window_days, 0);
  EXPECT_EQ(trial.open_label_inflation, 0);
  EXPECT_FALSE(trial.save_replicates);
  ASSERT_EQ(trial.analyses.size(), 1u);
  const AnalysisPlan& primary = trial.analyses[0];
  EXPECT_EQ(primary.name, "primary");
  EXPECT_EQ(primary.endpoint, "gmfm66");
  EXPECT_EQ(primary.visit_months, 12);
  EXPECT_EQ(primary.visit, "");
  EXPECT_EQ(primary.method, "ancova");
  EXPECT_THAT(primary.adjust, ElementsAre("baseline", "age_years", "gmfcs"));
  EXPECT_FALSE(primary.change_from_baseline);
  EXPECT_EQ(primary.hypothesis, AnalysisPlan::Hypothesis::superiority);
  EXPECT_EQ(primary.margin, 0);
  EXPECT_TRUE(reading.study.cohort) << "one study may ask both questions";
  EXPECT_EQ(reading.notices.size(), 1u) << "about the shares of the levels; 40, 80 and 160 are multiples of a block";
}

TEST(TrialReader, ReadsEveryKindOfConduct) {
  const StudyReading reading = read_file("trial_complete.toml");
  const TrialQuestion& trial = *reading.study.trial;
  ASSERT_EQ(trial.arms.size(), 3u);
  EXPECT_EQ(trial.arms[0].name, "MSC");
  EXPECT_EQ(trial.arms[0].strategy, 2);
  EXPECT_EQ(trial.arms[0].ratio, 2);
  EXPECT_EQ(trial.arms[1].ratio, 1);
  EXPECT_EQ(trial.arms[1].crossover_to, "MSC");
  EXPECT_EQ(trial.arms[1].crossover_months, 12);
  EXPECT_EQ(trial.arms[2].strategy, 0);
  EXPECT_EQ(trial.reference, 1) << "the first arm without cells";
  EXPECT_THAT(trial.sample_size, ElementsAre(61));
  EXPECT_EQ(trial.replicates, 10'000);
  EXPECT_EQ(trial.power_mcse, 0.002);
  EXPECT_EQ(trial.alpha, 0.025);
  EXPECT_EQ(trial.sides, 1);
  EXPECT_EQ(trial.randomisation.method, Randomisation::Method::minimisation);
  EXPECT_THAT(trial.randomisation.stratify, ElementsAre("age_years", "gmfcs", "sex"));
  EXPECT_THAT(trial.randomisation.age_cuts, ElementsAre(3, 6.5));
  EXPECT_EQ(trial.randomisation.probability, 0.7);
  EXPECT_EQ(trial.accrual.kind, Accrual::Kind::poisson);
  EXPECT_TRUE(trial.accrual.linear);
  ASSERT_EQ(trial.accrual.pieces.size(), 2u);
  EXPECT_EQ(trial.accrual.pieces[1].from_months, 6);
  EXPECT_EQ(trial.accrual.pieces[1].per_month, 10.5);
  EXPECT_EQ(trial.dropout->mechanism, Dropout::Mechanism::mnar);
  EXPECT_EQ(trial.dropout->odds_ratio_per_sd, 1.5);
  EXPECT_THAT(trial.dropout->arm_odds_ratio, ElementsAre(1, 2, 1)) << "in the order of the arms";
  EXPECT_EQ(trial.visit_window_days, 14);
  EXPECT_EQ(trial.open_label_inflation, 0.25);
  EXPECT_EQ(trial.save_replicates, false);
  const std::string nothing = " leaves \"cgi_i\" as it is: it is ordered categories, to which nothing is added";
  EXPECT_THAT(reading.notices,
              ElementsAre("trial_complete.toml:31:15: 61 patients cannot be divided in the ratio of the arms: it is no "
                          "multiple of 4",
                          "trial_complete.toml:36:21: visit_window_days" + nothing,
                          "trial_complete.toml:66:1: the effect of a rescue" + nothing));
}

TEST(TrialReader, ReadsIntercurrentEvents) {
  using Kind = IntercurrentEvent::Kind;
  using Strategy = IntercurrentEvent::Strategy;
  const std::vector<IntercurrentEvent> events = read_file("trial_complete.toml").study.trial->intercurrent;
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].kind, Kind::rescue);
  EXPECT_THAT(events[0].arm_share, ElementsAre(0.1, 0.3, 0.1));
  EXPECT_EQ(events[0].effect, 2);
  EXPECT_EQ(events[0].strategy, Strategy::composite);
  EXPECT_EQ(events[1].kind, Kind::missed_infusion);
  EXPECT_EQ(events[1].share, 0.05);
  EXPECT_EQ(events[1].strategy, Strategy::while_on_treatment);
  EXPECT_EQ(events[2].kind, Kind::adverse_event);
  EXPECT_EQ(events[2].strategy, Strategy::treatment_policy);
  EXPECT_EQ(events[3].kind, Kind::discontinuation);
  EXPECT_EQ(events[3].share, 0.1) << "one share for all arms";
  EXPECT_THAT(events[3].arm_share, IsEmpty());
  EXPECT_EQ(events[3].strategy, Strategy::hypothetical);
}

TEST(TrialReader, ReadsEveryKindOfAnalysis) {
  const std::vector<AnalysisPlan> plans = read_file("trial_complete.toml").study.trial->analyses;
  ASSERT_EQ(plans.size(), 7u);
  EXPECT_EQ(plans[0].name, "primary");
  EXPECT_EQ(plans[0].method, "mmrm");
  EXPECT_THAT(plans[0].adjust, ElementsAre("gmfcs", "weight_kg"));
  EXPECT_THAT(plans[0].adjust_by_visit, ElementsAre("baseline"));
  EXPECT_EQ(plans[0].covariance, "unstructured");
  EXPECT_THAT(plans[0].fallback, ElementsAre("toeplitz-heterogeneous", "compound-symmetry"));
  EXPECT_TRUE(plans[0].covariance_by_arm);
  EXPECT_EQ(plans[0].df, "kenward-roger");
  EXPECT_TRUE(plans[0].change_from_baseline);
  EXPECT_EQ(plans[0].hypothesis, AnalysisPlan::Hypothesis::non_inferiority);
  EXPECT_EQ(plans[0].margin, 1.5);
  EXPECT_EQ(plans[1].name, "responders");
  EXPECT_EQ(plans[1].endpoint, "adl");
  EXPECT_THAT(plans[1].stratify, ElementsAre("gmfcs", "age_years"));
  EXPECT_EQ(plans[1].responder_threshold, 5);
  EXPECT_EQ(plans[2].responder_threshold, 4);
  EXPECT_EQ(plans[2].hypothesis, AnalysisPlan::Hypothesis::equivalence);
  EXPECT_EQ(plans[3].visit_months, 6);
  EXPECT_THAT(plans[3].adjust, ElementsAre("gmfm66")) << "a text is a list of one";
  EXPECT_EQ(plans[4].prior_mean, -1);
  EXPECT_EQ(plans[4].prior_sd, 2.5);
  EXPECT_EQ(plans[4].posterior_probability, 0.9);
  EXPECT_EQ(plans[5].prior_sd, 0) << "a flat prior";
  EXPECT_EQ(plans[5].posterior_probability, 0.975);
  EXPECT_EQ(plans[6].method, "van-elteren");
}

TEST(TrialReader, ReadsTheDesignsDataFile) {
  const StudyReading reading = read_file("trial_data.toml");
  const DataColumns& data = *reading.study.data;
  EXPECT_EQ(data.patient, "USUBJID");
  EXPECT_EQ(data.arm, "ARMCD");
  EXPECT_EQ(data.reference, "PBO");
  EXPECT_EQ(data.visit, "AVISIT");
  EXPECT_EQ(data.value, "FEV1");
  EXPECT_EQ(data.baseline, "");
  EXPECT_THAT(data.categorical, ElementsAre("RACE", "SEX"));
  const TrialQuestion& trial = *reading.study.trial;
  EXPECT_THAT(trial.arms, IsEmpty());
  ASSERT_EQ(trial.analyses.size(), 1u);
  EXPECT_EQ(trial.analyses[0].visit, "VIS4");
  EXPECT_EQ(trial.analyses[0].endpoint, "FEV1");
  EXPECT_EQ(trial.analyses[0].method, "mmrm");
  EXPECT_EQ(trial.analyses[0].df, "satterthwaite");
  EXPECT_THAT(trial.analyses[0].adjust, ElementsAre("RACE", "SEX"));
  EXPECT_THAT(trial.analyses[0].adjust_by_visit, IsEmpty());
}

TEST(TrialReader, ResolvedTextIsAFixedPoint) {
  for (const std::string name : {"trial_design.toml", "trial_complete.toml", "trial_data_model.toml",
                                 "trial_covariates.toml", "trial_data.toml"}) {
    const StudyReading first = read_file(name);
    const StudyReading second = read_study(first.resolved, "resolved");
    EXPECT_EQ(second.resolved, first.resolved) << name;
    EXPECT_EQ(write_study(second.study), first.resolved) << name;
  }
}

TEST(TrialReader, ResolvesEveryDefault) {
  EXPECT_EQ(read_file("trial_data_model.toml").resolved, R"(format = "vcohort-study 1"
title = "untitled"
parameters = "fixed"
seed = 1

[data_model]
kind = "normal"
visits_months = [0, 12]
correlation = [[1, 0.5], [0.5, 1]]

[data_model.arms."control"]
mean = [0, 0]
sd = [1, 0.866]
effect_sd = 0

[data_model.arms."active"]
mean = [0, 0.35]
sd = [1, 0.866]
effect_sd = 0

[trial]
arms = [{ strategy = "active", ratio = 2 }, { strategy = "control", ratio = 1 }]
reference = "control"
sample_size = [100, 150]
replicates = 10000
randomisation = { method = "permuted-block", block = 6 }
alpha = 0.05
sides = 2

[trial.primary]
endpoint = "outcome"
visit_months = 12
analysis = "ancova"
adjust = ["baseline"]
change_from_baseline = false
hypothesis = "superiority"
margin = 0
)");
}

const std::string normal =
    "kind = \"normal\"\nvisits_months = [0, 6, 12]\narms.a = { mean = [0, 0, 0], sd = [1, 1, 1] }\narms.b = { mean = "
    "[0, 0, 1], sd = [1, 1, 1] }";

TEST(TrialReader, ReadsEveryRandomisation) {
  const auto randomisation = [](const std::string& text) {
    return read_model(normal, "visit_months = 12, analysis = \"t\"", "randomisation = " + text).trial->randomisation;
  };
  EXPECT_EQ(randomisation("{ method = \"simple\" }").method, Randomisation::Method::simple);
  EXPECT_EQ(randomisation("{ method = \"minimisation\" }").probability, 0.8) << "of the arms alone";
  EXPECT_EQ(randomisation("{ block = 10 }").block, 10);
  const Randomisation coin = randomisation("{ method = \"biased-coin\", probability = 0.6667 }");
  EXPECT_EQ(coin.method, Randomisation::Method::biased_coin);
  EXPECT_EQ(coin.probability, 0.6667);
  const Randomisation urn = randomisation("{ method = \"urn\", urn_start = 2, urn_add = 3 }");
  EXPECT_EQ(urn.method, Randomisation::Method::urn);
  EXPECT_EQ(urn.urn_start, 2);
  EXPECT_EQ(urn.urn_add, 3);
}

TEST(TrialReader, ReadsEveryAccrual) {
  const auto accrual = [](const std::string& text) {
    return read_model(normal, "visit_months = 12, analysis = \"t\"", "accrual = " + text).trial->accrual;
  };
  EXPECT_EQ(accrual("{ poisson = true, per_month = 5 }").kind, Accrual::Kind::poisson);
  const Accrual pieces = accrual("{ pieces = [[0, 2], [6, 10]] }");
  EXPECT_FALSE(pieces.linear);
  EXPECT_EQ(pieces.pieces[1].from_months, 6);
  EXPECT_EQ(pieces.pieces[1].per_month, 10);
  EXPECT_FALSE(accrual("{ ramp = [[0, 2]] }").linear) << "one rate is constant";
}

// A study that asks nothing about patients needs none; what it says about them is left out, and told.
TEST(TrialReader, LeavesOutPatientsThatNoQuestionIsAbout) {
  const std::string patients =
      "[population]\nsize = 10\nage_years = { distribution = \"fixed\", value = 4 }\ngmfcs = { I = 1 }\n"
      "[[strategy]]\nname = \"none\"\n[outcomes]\nvisits_months = 12\nendpoints = \"gmfm66\"\n";
  const std::string bytes = with_model(normal, "visit_months = 12, analysis = \"t\"");
  const StudyReading reading = read_study(bytes + patients, "x");
  EXPECT_EQ(reading.resolved, read_study(bytes, "x").resolved);
  EXPECT_THAT(reading.notices,
              ElementsAre("x:13:2: population is left out: the outcomes of the trial come from [data_model]",
                          "x:17:3: strategy is left out: the outcomes of the trial come from [data_model]",
                          "x:19:2: outcomes is left out: the outcomes of the trial come from [data_model]"));
  const StudyReading both = read_study(bytes + patients + "[cohort]\nreference = \"none\"\n", "x");
  EXPECT_THAT(both.notices, IsEmpty());
  EXPECT_EQ(both.study.population.size, 10);
  EXPECT_THAT(both.study.outcomes.endpoints, ElementsAre("gmfm66")) << "of the cohort; the trial has its model";
  EXPECT_EQ(read_study(both.resolved, "x").resolved, both.resolved);
}

// One study may plan a trial and later analyse its data.
TEST(TrialReader, ASimulatedTrialMayHaveADataFile) {
  const std::string data =
      "[data]\npatient = \"id\"\narm = \"arm\"\nreference = \"a\"\nvisit = \"month\"\nvalue = \"y\"\nbaseline = "
      "\"y0\"\n";
  const std::string adjusted = "visit_months = 12, analysis = \"ancova\", adjust = \"baseline\"";
  const Study study = read_study(with_model(normal, adjusted) + data, "x").study;
  EXPECT_EQ(study.trial->arms.size(), 2u);
  EXPECT_EQ(study.trial->analyses[0].visit, "12") << "as exported data say it";
  EXPECT_EQ(study.data->baseline, "y0");
  const Study named = read_study(with_model(normal, adjusted + ", visit = \"M12\"") + data, "x").study;
  EXPECT_EQ(named.trial->analyses[0].visit, "M12");
}

TEST(TrialReader, SettingsReachIt) {
  const std::string bytes = source_file("tests/io/study/studies/trial_design.toml");
  const Study study = read_study(bytes, "x",
                                 {"trial.sample_size=[100, 200]", "trial.arms.1.ratio=3", "trial.randomisation.block=8",
                                  "trial.primary.analysis=\"t\"", "trial.primary.adjust=[]"})
                          .study;
  EXPECT_THAT(study.trial->sample_size, ElementsAre(100, 200));
  EXPECT_EQ(study.trial->arms[1].ratio, 3);
  EXPECT_EQ(study.trial->analyses[0].method, "t");
  EXPECT_EQ(complaint_of([&] { read_study(bytes, "x", {"trial.primary.visit_months=9"}); }),
            "--set trial.primary.visit_months: there is no visit at 9 months (visits are at 1, 3, 6, 12, 24) add it to "
            "visits_months, "
            "or choose another");
}

// What the documentation calls a default is what leaving the key out means.
TEST(TrialReader, WritingADefaultChangesNothing) {
  const std::string primary = "visit_months = 12, analysis = \"mmrm\"";
  const std::string expected = read_study(with_model(normal, primary), "x").resolved;
  const std::string trial =
      "alpha = 0.05\nsides = 2\nreference = \"a\"\nsecondary = []\nintercurrent = []\n"
      "randomisation = { method = \"permuted-block\", block = 4 }\n";
  const std::string explicit_primary =
      primary +
      ", endpoint = \"outcome\", adjust = [], adjust_by_visit = [], covariance = \"unstructured\", fallback = [], "
      "covariance_by_arm = false, df = \"satterthwaite\", change_from_baseline = false, hypothesis = \"superiority\", "
      "margin = 0";
  EXPECT_EQ(read_study(with_model(normal, explicit_primary, trial), "x").resolved, expected);
}

TEST(TrialReader, NamesTheLastBlockThatStaysIncomplete) {
  const StudyReading reading =
      read_study(with_model(normal, "visit_months = 12, analysis = \"t\"", "randomisation = { block = 6 }"), "x");
  EXPECT_THAT(reading.notices,
              ElementsAre("x:9:15: the last block of 6 patients stays incomplete: 100 is no multiple of 6"));
}

// Each method on each kind of outcome: refused exactly where its table says that it does not fit.
TEST(TrialReader, MethodsFitWhatTheirTableSays) {
  const std::vector<std::pair<OutcomeKind, std::string>> models = {
      {OutcomeKind::score, normal},
      {OutcomeKind::binary,
       "kind = \"binary\"\nvisits_months = 12\narms.a = { share = 0.2 }\narms.b = { share = 0.35 }"},
      {OutcomeKind::ordinal,
       "kind = \"ordinal\"\nvisits_months = 12\narms.a = { share = [0.5, 0.5] }\narms.b = { share = [0.4, 0.6] }"},
      {OutcomeKind::survival,
       "kind = \"survival\"\nfollow_up_months = 12\narms.a = { hazard = 0.1 }\narms.b = { hazard = 0.2 }"},
      {OutcomeKind::count,
       "kind = \"count\"\nfollow_up_months = 12\narms.a = { rate = 0.1 }\narms.b = { rate = 0.2 }"}};
  for (const analysis::Method& method : analysis::methods) {
    if (method.strata == analysis::Method::Strata::required) continue;  // a data model has none
    using analysis::Method;
    if (method.units != Method::Units::patients || method.paired) continue;  // design_reader_test.cpp
    if (method.competing) continue;                                          // data_endpoints_reader_test.cpp
    const std::string needs = method.weights == Method::Weights::one   ? ", weights = [0, 1]"
                              : method.horizon == Method::Horizon::tau ? ", tau_months = 12"
                              : method.horizon == Method::Horizon::at  ? ", at_months = 6"
                                                                       : "";
    for (const auto& [kind, model] : models) {
      const bool responders = method.responders && kind == OutcomeKind::score;
      const std::string primary = "visit_months = 12, analysis = \"" + std::string(method.name) + "\"" +
                                  (responders ? ", responder_threshold = 1" : "") + needs +
                                  (method.single_arm ? ", against = 0.4" : "");
      std::string text = with_model(model, primary);
      if (const std::string other = ", { strategy = \"b\" }"; method.single_arm)
        text.erase(text.find(other), other.size());
      const std::string complaint = complaint_of([&] { read_study(text, "x"); });
      const bool fits = method.fits.contains(kind) || responders;
      EXPECT_EQ(complaint.find("does not fit") == std::string::npos, fits)
          << method.name << ": " << name_of(kind) << ": " << complaint;
      if (fits) {
        EXPECT_EQ(complaint, "") << method.name << ": " << name_of(kind);
      }
    }
  }
}

}  // namespace
}  // namespace vcohort
