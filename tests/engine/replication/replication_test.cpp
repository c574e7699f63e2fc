#include "engine/replication/replication.hpp"
#include "engine/numeric/errors.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <array>
#include <cmath>
#include <map>

#include "engine/replication/assessment.hpp"
#include "engine/trial/trial.hpp"
#include "tests/engine/patient/stances.hpp"

/// Figures of simulated studies against the datasets that they come from, and against what can be worked out.
namespace vcohort::test {
namespace {

constexpr double mcse_allowed = 4.5;  // a false alarm in 150,000 comparisons

/// 15 children with four infusions against 10 without, a third of them lost.
Study small_trial() {
  Study study;
  study.seed = 99;
  study.population.age_years.kind = Distribution::Kind::uniform;
  study.population.age_years.low = 1;
  study.population.age_years.high = 9;
  study.population.gmfcs = {0.3, 0.25, 0.15, 0.15, 0.15};
  study.outcomes.visits_months = {3, 12};
  study.outcomes.endpoints = {"gmfm66", "adl"};
  study.strategies.resize(2);
  study.strategies[0].name = "rehabilitation";
  study.strategies[1].name = "cells";
  study.strategies[1].cells = true;
  study.strategies[1].regimen.dose = 2e6;
  study.strategies[1].regimen.infusions = 4;
  study.strategies[1].regimen.interval_days = 7;
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[0].name = "cells";
  trial.arms[0].strategy = 1;
  trial.arms[0].ratio = 3;
  trial.arms[1].name = "rehabilitation";
  trial.arms[1].ratio = 2;
  trial.reference = 1;
  trial.sample_size = {25};
  trial.replicates = 10;
  trial.randomisation.block = 25;
  trial.dropout.emplace();
  trial.dropout->months = {12};
  trial.dropout->share = {0.35};
  AnalysisPlan plan;
  plan.name = "primary";
  plan.endpoint = "gmfm66";
  plan.visit_months = 12;
  plan.method = "ancova";
  plan.adjust = {"baseline", "age_years", "gmfcs"};
  AnalysisPlan other = plan;
  other.endpoint = "adl";
  other.name = "adl";
  trial.analyses = {plan, other};
  study.trial = trial;
  return study;
}

PublishedFigure figure_of_cells(const std::string& endpoint = "gmfm66") {
  PublishedFigure figure;
  figure.name = "figure";
  figure.endpoint = endpoint;
  figure.arms = {"cells"};
  figure.visit_months = 12;
  return figure;
}

ReplicationOptions options(std::int64_t replicates, bool uncertain = true) {
  ReplicationOptions how;
  how.replicates = replicates;
  how.uncertain_parameters = uncertain;
  return how;
}

std::vector<double> simulated(const Study& study, const Evidence& evidence, const PublishedFigure& figure,
                              const ReplicationOptions& how) {
  return replicate_figures(study, evidence, {&figure, 1}, how).values;
}

/// One patient of a dataset at one visit.
struct Row {
  std::string arm;
  double value, baseline, age;
  int level;
};

/// The rows of one endpoint and visit, in the order of randomisation.
std::vector<Row> rows_of(const Table& data, const std::string& endpoint, double visit) {
  const auto texts = [&](const char* name) { return std::get<std::vector<std::string>>(data.find(name)->values); };
  const auto numbers = [&](const char* name) { return std::get<std::vector<double>>(data.find(name)->values); };
  const std::map<std::string, int> levels = {{"I", 0}, {"II", 1}, {"III", 2}, {"IV", 3}, {"V", 4}};
  std::vector<Row> rows;
  for (std::size_t k = 0; k < data.rows(); ++k)
    if (texts("endpoint")[k] == endpoint && numbers("visit")[k] == visit)
      rows.push_back({texts("arm")[k], numbers("value")[k], numbers("baseline")[k], numbers("age_years")[k],
                      levels.at(texts("gmfcs")[k])});
  return rows;
}

class OneDataset : public testing::Test {
 protected:
  static constexpr std::uint32_t replicate = 3;

  OneDataset() {
    study_.uncertain_parameters = true;
    data_ = Trial(study_, stance("sceptical")).dataset(replicate, 25);
  }

  double simulated_there(const PublishedFigure& figure) const {
    ReplicationOptions how = options(1);
    how.first = replicate;
    return simulated(study_, stance("sceptical"), figure, how).front();
  }

  /// Mean over the completers of an arm, the first n of them.
  template <class Quantity>
  double mean(const std::string& arm, const std::string& endpoint, const Quantity& quantity, int n = 1000) const {
    double sum = 0;
    int counted = 0;
    for (const Row& row : rows_of(data_, endpoint, 12))
      if (row.arm == arm && !std::isnan(row.value) && counted < n) {
        sum += quantity(row);
        ++counted;
      }
    return sum / counted;
  }

  Study study_ = small_trial();
  Table data_;
};

constexpr double rounding = 1e-12;  // sums of some dozen scores

TEST_F(OneDataset, MeansAreThoseOfCompleters) {
  int lost = 0;
  for (const Row& row : rows_of(data_, "gmfm66", 12)) lost += std::isnan(row.value);
  ASSERT_GT(lost, 2);
  EXPECT_NEAR(simulated_there(figure_of_cells()), mean("cells", "gmfm66", [](const Row& row) { return row.value; }),
              rounding);
  PublishedFigure change = figure_of_cells("adl");
  change.quantity = FigureQuantity::change;
  const auto since_baseline = [](const Row& row) { return row.value - row.baseline; };
  EXPECT_NEAR(simulated_there(change), mean("cells", "adl", since_baseline), rounding);
  change.versus = {"rehabilitation"};
  EXPECT_NEAR(simulated_there(change),
              mean("cells", "adl", since_baseline) - mean("rehabilitation", "adl", since_baseline), rounding);
}

TEST_F(OneDataset, AFigureOfFewerLooksAtTheFirst) {
  PublishedFigure figure = figure_of_cells();
  figure.n = 4;
  EXPECT_NEAR(simulated_there(figure),
              mean(
                  "cells", "gmfm66", [](const Row& row) { return row.value; }, 4),
              rounding);
}

TEST_F(OneDataset, BaselineIsThatOfEverybody) {
  PublishedFigure figure = figure_of_cells();
  figure.visit_months = 0;
  double sum = 0;
  for (const Row& row : rows_of(data_, "gmfm66", 12)) sum += row.arm == "cells" ? row.baseline : 0;
  constexpr int treated = 15;
  EXPECT_NEAR(simulated_there(figure), sum / treated, rounding);
}

TEST_F(OneDataset, ChangesPerMonthBetweenVisits) {
  PublishedFigure figure = figure_of_cells();
  figure.quantity = FigureQuantity::monthly_change;
  figure.from_months = 3;
  const auto early = rows_of(data_, "gmfm66", 3), late = rows_of(data_, "gmfm66", 12);
  double sum = 0;
  int n = 0;
  for (std::size_t k = 0; k < late.size(); ++k)
    if (late[k].arm == "cells" && !std::isnan(late[k].value)) {
      sum += (late[k].value - early[k].value) / 9;
      ++n;
    }
  EXPECT_NEAR(simulated_there(figure), sum / n, rounding);
}

// Rosenbaum 2002: L (1 - exp(-k a)), k = ln 10 / age90, with the published medians.
TEST_F(OneDataset, ExpectationIsThePublishedCurve) {
  PublishedFigure figure = figure_of_cells();
  figure.quantity = FigureQuantity::change_above_expectation;
  constexpr std::array limit = {87.7, 68.4, 54.3, 40.4, 22.3};
  constexpr std::array age90 = {4.8, 4.4, 3.7, 3.5, 2.7};
  const auto curve = [&](int level, double age) {
    const auto g = static_cast<std::size_t>(level);
    return limit[g] * (1 - std::exp(-std::log(10.0) / age90[g] * age));
  };
  const double expected = mean("cells", "gmfm66", [&](const Row& row) {
    return row.value - row.baseline - (curve(row.level, row.age + 1) - curve(row.level, row.age));
  });
  EXPECT_NEAR(simulated_there(figure), expected, rounding);
}

TEST_F(OneDataset, AdjustedMeansAreThoseOfTheTrial) {
  PublishedFigure figure = figure_of_cells();
  figure.statistic = FigureStatistic::adjusted_mean;
  figure.versus = {"rehabilitation"};
  const Table rows = Trial(study_, stance("sceptical")).replay(replicate);
  EXPECT_EQ(simulated_there(figure), std::get<std::vector<double>>(rows.find("estimate")->values).front());
}

TEST(Replication, AReplicateDependsOnItsNumberOnly) {
  const std::vector<PublishedFigure> figures = {figure_of_cells(), figure_of_cells("adl")};
  const Study study = small_trial();
  const auto simulate = [&](std::int64_t first, std::int64_t n) {
    ReplicationOptions how = options(n);
    how.first = first;
    return replicate_figures(study, stance("published"), figures, how);
  };
  const FigureMatrix all = simulate(0, 100), some = simulate(40, 7);
  for (std::size_t f = 0; f < figures.size(); ++f)
    for (std::size_t k = 0; k < 7; ++k) EXPECT_EQ(some.of(f)[k], all.of(f)[40 + k]);
  for (const std::size_t threads : {1, 2, 5}) {
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
    EXPECT_EQ(simulate(0, 100).values, all.values) << threads << " threads";
  }
}

// A larger study of the same design has the same expectation and less sampling error: a hundred times the patients, a
// tenth of the SD with fixed parameters. The SD of 400 replicates has a standard error of 1 / sqrt(800) of itself.
TEST(Replication, ManyPatientsLeaveTheExpectation) {
  PublishedFigure figure = figure_of_cells();
  figure.quantity = FigureQuantity::change;
  figure.n = 5;
  ReplicationOptions how = options(400, false);
  const FigureAssessment small = assess(figure, simulated(small_trial(), stance("published"), figure, how), "");
  how.patients_factor = 100;
  const FigureAssessment large = assess(figure, simulated(small_trial(), stance("published"), figure, how), "");
  EXPECT_NEAR(large.expected, small.expected, mcse_allowed * std::hypot(small.expected_mcse, large.expected_mcse));
  EXPECT_NEAR(large.expected_mcse / small.expected_mcse, 0.1, mcse_allowed * 0.1 * std::sqrt(2.0 / 800));
}

TEST(Replication, SeriouslyIllAtBaselineIsAParameter) {
  PublishedFigure figure = figure_of_cells();
  figure.endpoint.clear();
  figure.visit_months = 0;
  figure.statistic = FigureStatistic::severe_share;
  figure.n = 15;
  constexpr int replicates = 2000;
  const double p = values_of("published").at("cgi.severe_share");
  const auto shares = simulated(small_trial(), stance("published"), figure, options(replicates, false));
  double mean = 0;
  for (const double share : shares) mean += share / replicates;
  EXPECT_NEAR(mean, p, mcse_allowed * std::sqrt(p * (1 - p) / (15.0 * replicates)));
}

// Four infusions at the reference dose, without frailty: each fever is a Bernoulli of its own.
TEST(Replication, RelatedEventsFollowTheirRates) {
  Evidence evidence = stance("published");
  set_value(evidence, "ae.frailty_sd", 0);
  PublishedFigure figure = figure_of_cells();
  figure.endpoint.clear();
  figure.visit_months = 0;
  figure.quantity = FigureQuantity::related_events;
  figure.event = EventType::fever;
  constexpr int replicates = 2000;
  const double p = values_of("published").at("ae.fever.intravenous");
  const auto mean_of = [&] {
    double mean = 0;
    for (const double count : simulated(small_trial(), evidence, figure, options(replicates, false)))
      mean += count / replicates;
    return mean;
  };
  const double patients = 15.0 * replicates;
  EXPECT_NEAR(mean_of(), 4 * p, mcse_allowed * std::sqrt(4 * p * (1 - p) / patients));
  figure.statistic = FigureStatistic::share;
  figure.at_least = 1;
  const double any = 1 - std::pow(1 - p, 4);
  EXPECT_NEAR(mean_of(), any, mcse_allowed * std::sqrt(any * (1 - any) / patients));
  figure.arms = {"rehabilitation"};
  EXPECT_EQ(mean_of(), 0);
}

TEST(Replication, WhatDoesNotFitBreaksThePromise) {
  PublishedFigure figure = figure_of_cells();
  figure.arms = {"magic"};
  EXPECT_THROW(simulated(small_trial(), stance("published"), figure, options(1)), InternalError);
  figure = figure_of_cells();
  figure.visit_months = 7;
  EXPECT_THROW(simulated(small_trial(), stance("published"), figure, options(1)), InternalError);
  Study no_trial = small_trial();
  no_trial.trial.reset();
  EXPECT_THROW(simulated(no_trial, stance("published"), figure_of_cells(), options(1)), InternalError);
}

}  // namespace
}  // namespace vcohort::test
