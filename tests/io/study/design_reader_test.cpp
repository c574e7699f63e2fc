#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/study/ratios.hpp"
#include "io/study/study_reader.hpp"
#include "tests/io/study/trial_texts.hpp"

/// Trials of which not each patient is randomised to one arm.
namespace vcohort {
namespace {

using testing::HasSubstr;

const std::string crossover = R"(format = "vcohort-study 1"
[data_model]
kind = "normal"
visits_months = [2, 5]
correlation = [[1, 0.5], [0.5, 1]]
arms.a = { mean = [50, 51], sd = [10, 10] }
arms.b = { difference = 5, carry_over = 0.5 }
[trial]
arms = [{ strategy = "a" }, { strategy = "b" }]
design = { kind = "crossover" }
sample_size = 24
replicates = 10
primary = { analysis = "crossover-t" }
)";

const std::string cluster = R"(format = "vcohort-study 1"
[data_model]
kind = "binary"
visits_months = 6
intracluster_correlation = 0.05
arms.a = { share = 0.2 }
arms.b = { risk_difference = 0.1 }
[trial]
arms = [{ strategy = "a" }, { strategy = "b" }]
design = { kind = "cluster", cluster_size = 20 }
sample_size = 24
replicates = 10
primary = { visit_months = 6, analysis = "cluster-mixed" }
)";

const std::string wedge = R"(format = "vcohort-study 1"
[data_model]
kind = "normal"
visits_months = [3, 6, 9, 12]
intracluster_correlation = 0.05
cluster_autocorrelation = 0.8
arms.a = { mean = [1, 2, 3, 4], sd = [1, 1, 1, 1] }
arms.b = { difference = 0.5 }
[trial]
arms = [{ strategy = "a" }, { strategy = "b" }]
design = { kind = "stepped-wedge", cluster_size = 10 }
sample_size = 12
replicates = 10
primary = { analysis = "stepped-wedge" }
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read_study(text, "x"); });
}

TEST(DesignReader, ReadsAndResolvesEachDesign) {
  for (const std::string& text : {crossover, cluster, wedge}) {
    ASSERT_EQ(complaint(text), "");
    const std::string resolved = read_study(text, "x").resolved;
    EXPECT_EQ(read_study(resolved, "x").resolved, resolved) << resolved;
  }
  const Study turns = read_study(crossover, "x").study;
  EXPECT_EQ(turns.trial->design->kind, UnitDesign::Kind::crossover);
  EXPECT_EQ(turns.trial->analyses[0].visit_months, 5);
  EXPECT_EQ(turns.data_model->arms[1].carry_over, 0.5);
  const Study clusters = read_study(cluster, "x").study;
  EXPECT_EQ(clusters.trial->design->cluster_size, 20);
  EXPECT_EQ(clusters.data_model->intracluster_correlation, 0.05);
  EXPECT_EQ(clusters.data_model->cluster_autocorrelation, 1);
  const Study steps = read_study(wedge, "x").study;
  EXPECT_EQ(steps.trial->design->groups, 3);
  EXPECT_EQ(steps.trial->randomisation.block, 3);
  EXPECT_EQ(sum_of_ratios(*steps.trial), 3);
  EXPECT_EQ(steps.data_model->cluster_autocorrelation, 0.8);
}

TEST(DesignReader, LogarithmsAreStatedByWhatTheyAreOf) {
  const std::string text =
      with(with(crossover, "arms.a = { mean = [50, 51], sd = [10, 10] }",
                "arms.a = { geometric_mean = [100, 120], cv = 0.25 }"),
           "arms.b = { difference = 5, carry_over = 0.5 }", "arms.b = { geometric_mean_ratio = 0.95 }");
  const Study study =
      read_study(with(text, "\"crossover-t\"", "\"crossover-t\", hypothesis = \"equivalence\", margin_ratio = 1.25"),
                 "x")
          .study;
  const auto& a = study.data_model->arms[0];
  const auto& b = study.data_model->arms[1];
  EXPECT_NEAR(a.mean[1], std::log(120), 1e-12);
  EXPECT_NEAR(b.mean[0], std::log(95), 1e-12);
  EXPECT_NEAR(a.sd[0] * a.sd[0] * (1 - 0.5), std::log(1 + 0.25 * 0.25), 1e-12);
  EXPECT_EQ(a.sd, b.sd);
  EXPECT_NEAR(study.trial->analyses[0].margin, std::log(1.25), 1e-15);
  EXPECT_THAT(complaint(with(text, "geometric_mean = [100, 120]", "geometric_mean = [100]")),
              HasSubstr("one number for each visit"));
  EXPECT_THAT(complaint(with(text, ", cv = 0.25", "")), HasSubstr("\"cv\" is missing"));
  EXPECT_THAT(complaint(with(text, "\"crossover-t\"",
                             "\"crossover-t\", hypothesis = \"equivalence\", margin = 0.2, margin_ratio = 1.25")),
              HasSubstr("both \"margin\" and \"margin_ratio\""));
  EXPECT_THAT(complaint(with(text, "\"crossover-t\"", "\"crossover-t\", hypothesis = \"equivalence\"")),
              HasSubstr("\"margin\" is missing"));
}

/// The level of a t-test of 20 patients a cluster with a correlation of 0.05: 2 pnorm(-qnorm(0.975) / sqrt(1.95)).
TEST(DesignReader, AnalysesOfSomethingElseAreRefused) {
  EXPECT_THAT(complaint(with(cluster, "cluster-mixed", "chi-square")),
              HasSubstr("chi-square would ignore the clusters (its level would be about 0.16 instead of 0.05, by the "
                        "design effect of 1.95) use one of \"cluster-t\", \"cluster-t-weighted\", \"cluster-mixed\""));
  EXPECT_THAT(complaint(with(cluster, "cluster-mixed", "crossover-t")), HasSubstr("would ignore the clusters"));
  EXPECT_THAT(complaint(with(crossover, "crossover-t", "cluster-t")), HasSubstr("cluster-t does not fit the design"));
  EXPECT_THAT(complaint(with(crossover, "crossover-t", "t")),
              HasSubstr("t does not fit the design (trial.design is crossover)"));
  EXPECT_THAT(complaint(with(crossover, "design = { kind = \"crossover\" }\n", "")),
              HasSubstr("write design = { kind = \"crossover\" }, or use another method"));
  EXPECT_THAT(complaint(with(wedge, "\"stepped-wedge\" }\n", "\"cluster-mixed\", visit_months = 12 }\n")),
              HasSubstr("does not fit the design (trial.design is stepped-wedge)"));
}

TEST(DesignReader, WhatCannotBeCombinedIsRefusedWithAWayOut) {
  const std::pair<std::string, std::string> cases[] = {
      {with(cluster, "cluster_size = 20", "cluster_size = 0"), "\"cluster_size\" = 0 is impossible"},
      {with(cluster, ", cluster_size = 20", ""), "\"cluster_size\" is missing"},
      {with(cluster, "intracluster_correlation = 0.05\n", ""), "clusters have no intracluster correlation"},
      {with(cluster, "intracluster_correlation = 0.05", "intracluster_correlation = 1"), "is impossible"},
      {with(cluster, "design = { kind = \"cluster\", cluster_size = 20 }\n", ""),
       "which has no effect (the trial has no clusters)"},
      {with(cluster, "visits_months = 6", "visits_months = [6, 12]"), "clusters are seen at one visit"},
      {with(cluster, "sample_size = 24", "sample_size = 24\ndropout = { per_month = 0.01 }"),
       "write the number of patients who are analysed"},
      {with(cluster, "sample_size = 24", "sample_size = 24\nfinal = { months = 12 }"),
       "a day that ends the trial cannot"},
      {with(cluster, "sample_size = 24", "sample_size = 900_000"), "a trial of 900000 clusters does not fit"},
      {with(cluster, "intracluster_correlation = 0.05",
            "intracluster_correlation = 0.05\ncluster_autocorrelation = 0.5"),
       "no cluster is seen in two periods"},
      {with(cluster, "sample_size = 24",
            "sample_size = 24\nintercurrent = [{ event = \"discontinuation\", share = 0.1, strategy = \"hypothetical\" "
            "}]"),
       "intercurrent events cannot"},
      {with(cluster, ", { strategy = \"b\" }", ""), "one arm is not randomised"},
      {with(crossover, "{ kind = \"crossover\" }", "{ kind = \"crossover\", cluster_size = 2 }"),
       "patients are randomised, and not clusters"},
      {with(crossover, "visits_months = [2, 5]", "visits_months = [0, 5]"), "no baseline"},
      {with(crossover, "{ strategy = \"b\" }", "{ strategy = \"b\", ratio = 2 }"),
       "a ratio of the arms says nothing here"},
      {with(crossover, "\"crossover-t\"", "\"crossover-t\", visit_months = 5"), "its visits are the periods"},
      {with(wedge, "visits_months = [3, 6, 9, 12]", "visits_months = [3, 6]"), "at least three periods"},
      {with(wedge, "difference = 0.5", "difference = [0.5, 1, 1, 1]"), "a stepped wedge has one effect"},
      {with(wedge, "intracluster", "correlation = { structure = \"ar1\", rho = 0.5 }\nintracluster"),
       "the correlation of the visits has no effect"},
      {with(wedge, "sample_size = 12", "sample_size = 12\naccrual = { per_month = 2 }"), "accrual cannot be combined"},
      {with(with(wedge, "design = { kind = \"stepped-wedge\", cluster_size = 10 }\n", ""), "stepped-wedge", "t"),
       "which has no effect"},
  };
  for (const auto& [text, expected] : cases) EXPECT_THAT(complaint(text), HasSubstr(expected)) << text;
}

TEST(DesignReader, PairsNeedABaseline) {
  const std::string pairs = R"(format = "vcohort-study 1"
[data_model]
kind = "binary"
visits_months = [0, 6]
arms.a = { share = [0.2, 0.4] }
[trial]
arms = [{ strategy = "a" }]
sample_size = 24
replicates = 10
primary = { visit_months = 6, analysis = "mcnemar" }
)";
  ASSERT_EQ(complaint(pairs), "");
  const StudyReading reading = read_study(pairs, "x");
  EXPECT_TRUE(reading.study.trial->analyses[0].change_from_baseline);
  EXPECT_EQ(read_study(reading.resolved, "x").resolved, reading.resolved);
  EXPECT_THAT(complaint(with(pairs, "\"mcnemar\"", "\"mcnemar\", against = 0.5")),
              HasSubstr("compares with the baseline"));
  EXPECT_THAT(complaint(with(with(pairs, "[0, 6]", "6"), "[0.2, 0.4]", "0.4")),
              HasSubstr("no baseline to compare with"));
}

}  // namespace
}  // namespace vcohort
