#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/study/trial_texts.hpp"

namespace vcohort {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string pain =
    "endpoints.pain = { kind = \"normal\", visits_months = [0, 6], arms = { a = { mean = [0, 0], sd = [1, 1] }, b = { "
    "difference = 1 } } }\n";
const std::string death =
    "endpoints.death = { kind = \"survival\", follow_up_months = 24, arms = { a = { hazard = 0.1 }, b = { hazard_ratio "
    "= "
    "0.5 } } }\n";
const std::string t_test = "endpoint = \"pain\", visit_months = 6, analysis = \"t\"";

std::string complaint(const std::string& model, const std::string& primary = t_test, const std::string& trial = "") {
  return complaint_of([&] { read_study(with_model(model, primary, trial), "x"); });
}

TEST(DataEndpointsReader, ReadsEveryKey) {
  const StudyReading reading = read_file("trial_endpoints.toml");
  EXPECT_EQ(read_study(reading.resolved, "resolved").resolved, reading.resolved);
  const DataModel& model = *reading.study.data_model;
  ASSERT_EQ(model.endpoints.size(), 5u);
  EXPECT_EQ(model.arms[0].name, "control");
  EXPECT_TRUE(model.endpoints[0].ends_follow_up);
  EXPECT_THAT(model.endpoints[0].arms[1].hazard[0], DoubleEq(0.8 * model.endpoints[0].arms[0].hazard[0]));
  EXPECT_EQ(model.endpoints[1].arms[0].name, "control") << "in the order of the first endpoint";
  EXPECT_EQ(model.endpoints[1].arms[0].hazard[0], 0.02);
  EXPECT_THAT(model.endpoints[2].first_of, ElementsAre("death", "stroke"));
  EXPECT_EQ(model.endpoints[2].kind, OutcomeKind::survival);
  EXPECT_EQ(model.endpoints[2].follow_up_months, 18) << "as long as all of its parts";
  EXPECT_EQ(model.endpoints[3].missing_share, 0.1);
  EXPECT_EQ(model.endpoints[3].correlation[0][2], 0.25);
  EXPECT_EQ(model.endpoint_correlation[0][1], 0.4);
  EXPECT_EQ(model.endpoint_correlation[3][0], -0.3);
  EXPECT_EQ(model.endpoint_correlation[1][3], 0);
  const TrialQuestion& trial = *reading.study.trial;
  EXPECT_EQ(trial.analyses[1].visit_months, 18);
  EXPECT_EQ(trial.analyses[3].endpoint, "death") << "the first of the hierarchy";
  EXPECT_TRUE(trial.analyses[3].hierarchy[2].lower_is_better);
  EXPECT_EQ(trial.multiplicity->rule, Multiplicity::Rule::holm);
  EXPECT_THAT(trial.multiplicity->weights, ElementsAre(0.8, 0.2));
}

TEST(DataEndpointsReader, OneNumberIsThatOfAllPairs) {
  const Study study = read_model("endpoint_correlation = 0.3\n" + pain + death, t_test);
  EXPECT_THAT(study.data_model->endpoint_correlation, ElementsAre(ElementsAre(1, 0.3), ElementsAre(0.3, 1)));
  EXPECT_TRUE(read_model(pain + death, t_test).data_model->endpoint_correlation.empty());
}

TEST(DataEndpointsReader, ReadsTheCodesOfCompetingEvents) {
  const std::string text =
      "format = \"vcohort-study 1\"\n[data]\npatient = \"id\"\narm = \"arm\"\nreference = \"A\"\ntime = \"t\"\nevent = "
      "\"status\"\ncompeting = [2, 3.5]\n[trial]\nprimary = { analysis = \"gray\" }\n";
  const StudyReading reading = read_study(text, "x");
  EXPECT_THAT(reading.study.data->competing, ElementsAre(2, 3.5));
  EXPECT_EQ(read_study(reading.resolved, "resolved").resolved, reading.resolved);
}

/// An event competes if it ends the follow-up of the analysed one and is no part of it.
TEST(DataEndpointsReader, GrayNeedsAnEventThatCompetes) {
  const auto stroke = [](const std::string& ends) {
    return "endpoints.stroke = { kind = \"survival\", follow_up_months = 24, ends_follow_up = " + ends +
           ", arms = { a = { hazard = 0.1 }, b = { hazard_ratio = 0.5 } } }\n";
  };
  const std::string either = "endpoints.either = { first_of = [\"death\", \"stroke\"] }\n";
  const std::string needs = "needs another event that competes (no other endpoint ends the follow-up of ";
  const auto of = [&](const std::string& endpoint, const std::string& ends) {
    return complaint(death + stroke(ends) + either, "endpoint = \"" + endpoint + "\", analysis = \"gray\"");
  };
  EXPECT_EQ(of("death", "true"), "");
  EXPECT_THAT(of("death", "false"), HasSubstr(needs + "\"death\")"));
  EXPECT_THAT(of("stroke", "true"), HasSubstr(needs + "\"stroke\")"));
  EXPECT_THAT(of("either", "true"), HasSubstr(needs + "\"either\")"));
  const std::string at = "endpoint = \"death\", analysis = \"cumulative-incidence\"";
  EXPECT_THAT(complaint(death + stroke("true"), at), HasSubstr("\"at_months\" is missing"));
  EXPECT_EQ(complaint(death + stroke("true"), at + ", at_months = 12"), "");
  EXPECT_THAT(complaint(death + stroke("true"), at + ", at_months = 12, interval = \"log-log\""),
              HasSubstr("belongs to kaplan-meier"));
}

/// A model of one endpoint is called "outcome", as ever.
TEST(DataEndpointsReader, OneEndpointIsTheOutcome) {
  const Study study =
      read_model("kind = \"binary\"\nvisits_months = 6\narms.a = { share = 0.2 }\narms.b = { share = 0.3 }\n",
                 "visit_months = 6, analysis = \"fisher\"");
  EXPECT_TRUE(study.data_model->endpoints.empty());
  EXPECT_EQ(study.trial->analyses[0].endpoint, "outcome");
}

TEST(DataEndpointsReader, RefusesWhatItCannotDo) {
  const std::string both = pain + death;
  EXPECT_THAT(complaint("kind = \"normal\"\n" + both), HasSubstr("each of the endpoints has its own"));
  EXPECT_THAT(complaint(both + "arms.a = { mean = 0 }\n"), HasSubstr("\"arms\" has no effect"));
  EXPECT_THAT(complaint(both + "covariates.x = { kind = \"normal\", mean = 0, sd = 1 }\n"),
              HasSubstr("a model of one endpoint has them"));
  EXPECT_THAT(complaint("endpoints.falls = { kind = \"count\", follow_up_months = 12, arms = { a = { rate = 1 }, b = { "
                        "rate = 2 } } }\n" +
                        pain),
              HasSubstr("counts stand in no copula here) simulate it alone"));
  EXPECT_THAT(complaint("endpoint_correlation = 1\n" + both), HasSubstr("a number between -1 and 1"));
  EXPECT_THAT(complaint("endpoint_correlation = { pain = { deaths = 0.2 } }\n" + both),
              HasSubstr("did you mean \"death\""));
  EXPECT_THAT(complaint("endpoint_correlation = { pain = { death = 0.2 }, death = { pain = 0.3 } }\n" + both),
              HasSubstr("have two correlations"));
  EXPECT_THAT(complaint("endpoint_correlation = 0.9\n" + both), HasSubstr("not positive definite"))
      << "with two visits that are independent";
  EXPECT_THAT(complaint("endpoint_correlation = 0.5\n" + pain), HasSubstr("there are not several endpoints"));
  EXPECT_THAT(
      complaint(both + "endpoints.x = { kind = \"binary\", visits_months = 6, arms = { a = { share = 0.1 } } }\n"),
      HasSubstr("different arms"));
  EXPECT_THAT(complaint(both + "endpoints.any = { first_of = [\"death\", \"pain\"] }\n"),
              HasSubstr("no time to one event"));
  EXPECT_THAT(complaint(both + "endpoints.any = { first_of = [\"death\"] }\n"),
              HasSubstr("a composite of one endpoint"));
  EXPECT_THAT(complaint("endpoints.any = { first_of = [\"death\", \"other\"] }\n" + both),
              HasSubstr("before this one"));
  EXPECT_THAT(complaint(both + "endpoints.any = { first_of = [\"death\", \"death\"] }\n"), HasSubstr("death"));
  EXPECT_THAT(complaint("endpoints = { }\n"), HasSubstr("must be a table of endpoints"));
  EXPECT_THAT(complaint("endpoints.value = { kind = \"normal\" }\n"), HasSubstr("no endpoint can be called"));
  EXPECT_THAT(complaint("endpoints.x = { visits_months = 6 }\n"), HasSubstr("\"kind\" is missing"));
  EXPECT_THAT(complaint("visits_months = 6\n"), HasSubstr("\"kind\" is missing"));
}

TEST(DataEndpointsReader, AnalysesNameTheirEndpoint) {
  const std::string both = pain + death;
  EXPECT_THAT(complaint(both, "visit_months = 6, analysis = \"t\""), HasSubstr("the data model has several endpoints"));
  EXPECT_THAT(complaint(both, "endpoint = \"pian\", visit_months = 6, analysis = \"t\""),
              HasSubstr("did you mean \"pain\""));
  EXPECT_THAT(complaint(both, "endpoint = \"pain\", visit_months = 12, analysis = \"t\""), HasSubstr("the last one"));
  EXPECT_THAT(complaint(both, "endpoint = \"death\", analysis = \"t\""), HasSubstr("t does not fit \"death\""));
  EXPECT_THAT(complaint(both, "endpoint = \"death\", visit_months = 6, analysis = \"cox\""),
              HasSubstr("followed for 24 months"));
  EXPECT_THAT(complaint(both, "endpoint = \"death\", analysis = \"rmst\", tau_months = 30"),
              HasSubstr("nobody is followed"));
  EXPECT_THAT(complaint(both, t_test, "dropout = { yearly = 0.1, mechanism = \"mar\", odds_ratio_per_sd = 2 }"),
              HasSubstr("mar follows one endpoint"));
  EXPECT_THAT(complaint(both, t_test,
                        "intercurrent = [{ event = \"discontinuation\", share = 0.1, strategy = \"composite\" }]"),
              HasSubstr("intercurrent events need one endpoint"));
  EXPECT_THAT(complaint(both, t_test, "final = { events = 20 }"), HasSubstr("those of the primary endpoint"));
  EXPECT_EQ(complaint(both, "endpoint = \"death\", analysis = \"logrank\"", "final = { events = 20 }"), "");
}

TEST(DataEndpointsReader, HierarchiesNameEndpointsAndVisits) {
  const std::string both = pain + death;
  const auto of = [&](const std::string& levels) {
    return complaint(both, "analysis = \"win-ratio\", hierarchy = [" + levels + "]");
  };
  EXPECT_EQ(of("{ endpoint = \"death\" }, { endpoint = \"pain\", visit_months = 6, change_from_baseline = true }"), "");
  EXPECT_THAT(of("{ endpoint = \"deaths\" }"), HasSubstr("unknown endpoint \"deaths\""));
  EXPECT_THAT(of("{ endpoint = \"pain\" }"), HasSubstr("\"visit_months\" is missing"));
  EXPECT_THAT(of("{ endpoint = \"pain\", visit_months = 5 }"), HasSubstr("no visit of \"pain\" at 5 months"));
  EXPECT_THAT(of("{ endpoint = \"death\", visit_months = 6 }"), HasSubstr("has no visits"));
  EXPECT_THAT(of("{ endpoint = \"death\", value = \"x\" }"), HasSubstr("there is no [data]"));
  EXPECT_THAT(of("{ endpoint = \"death\", lower_is_better = true }"), HasSubstr("has a direction"));
  EXPECT_THAT(complaint(both, "endpoint = \"death\", analysis = \"win-ratio\", hierarchy = [{ endpoint = \"death\" }]"),
              HasSubstr("the hierarchy has its endpoints"));
  EXPECT_THAT(complaint(both, t_test + ", hierarchy = [{ endpoint = \"death\" }]"), HasSubstr("win-ratio"));
}

TEST(DataEndpointsReader, FamiliesNameTheirAnalyses) {
  const auto of = [&](const std::string& family, const std::string& more = "") {
    return complaint(pain + death, t_test,
                     "secondary = [{ name = \"d\", endpoint = \"death\", analysis = \"cox\" }]\nmultiplicity = { " +
                         family + " }\n" + more);
  };
  EXPECT_EQ(of("primaries = [\"primary\", \"d\"]"), "");
  EXPECT_EQ(of("sequence = [\"d\"]"), "");
  EXPECT_THAT(of("primaries = [\"primary\", \"e\"]"), HasSubstr("there is no analysis \"e\""));
  EXPECT_THAT(of("primaries = [\"d\"]"), HasSubstr("\"primary\" is not among the primaries"));
  EXPECT_THAT(of("primaries = [\"primary\", \"d\"], sequence = [\"d\"]"), HasSubstr("claimed twice"));
  EXPECT_THAT(of("primaries = [\"primary\"]"), HasSubstr("one claim is no family"));
  EXPECT_THAT(of("primaries = [\"primary\", \"d\"], weights = [0.5, 0.5]"), HasSubstr("the whole level each"));
  EXPECT_THAT(of("rule = \"holm\", primaries = [\"primary\", \"d\"], weights = [0.5]"),
              HasSubstr("every primary has a weight"));
  EXPECT_THAT(of("rule = \"bonferroni\", primaries = [\"primary\", \"d\"], weights = [0.5, 0.6]"),
              HasSubstr("sum to 1.1"));
  EXPECT_THAT(of("sequence = [\"d\"]",
                 "accrual = { per_month = 5 }\nlooks = { information = [0.5, 1], efficacy = { boundary = "
                 "\"pocock\" } }"),
              HasSubstr("a family of claims has no looks"));
}

}  // namespace
}  // namespace vcohort
