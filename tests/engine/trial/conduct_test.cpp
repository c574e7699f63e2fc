#include "engine/trial/conduct.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/analysis/boundaries/running.hpp"
#include "engine/data_model/data_model.hpp"
#include "tests/engine/trial/looks.hpp"

// Group-sequential trials against the integration of their bounds, and against trials without looks.
namespace vcohort::test {
namespace {

/// Simulated stops against those of the integration under a drift. `systematic` is what z departs from normality.
void expect_exits(const Study& study, double drift, double systematic = 0) {
  const Tables found = tables_of(study);
  const boundaries::Bounds bounds = LookPlan(*study.trial, study.trial->sample_size.front()).bounds();
  const std::vector<boundaries::Exit> wanted = boundaries::exits(bounds, drift);
  const double n = number(found.operating, "replicates");
  double enrolled = 0, months = 0;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const auto expect = [&](const char* column, double p) {
      EXPECT_NEAR(number(found.looks, column, k), p, mcse_allowed * binomial_se(p, n) + systematic) << column << k;
    };
    expect("stop_efficacy", wanted[k].efficacy);
    expect("stop_futility", wanted[k].futility);
    expect("stop_worse", wanted[k].reversed);
    EXPECT_EQ(number(found.looks, "efficacy_z", k), bounds.efficacy[k]);
    const double ended = number(found.looks, "stop_efficacy", k) + number(found.looks, "stop_futility", k) +
                         number(found.looks, "stop_worse", k);
    enrolled += number(found.looks, "enrolled", k) * ended;
    months += number(found.looks, "months", k) * ended;
  }
  EXPECT_NEAR(number(found.operating, "power"), boundaries::rejection_of(wanted),
              mcse_allowed * binomial_se(boundaries::rejection_of(wanted), n) + systematic);
  EXPECT_NEAR(number(found.operating, "assurance"), boundaries::power_of(wanted),
              mcse_allowed * binomial_se(boundaries::power_of(wanted), n) + systematic);
  // Where every trial that comes to a look has the same number of patients, means are weighted sums.
  EXPECT_NEAR(number(found.operating, "expected_sample_size"), enrolled, 1e-6 * enrolled);
  if (study.trial->dropout) return;  // its last visits are not those of all
  EXPECT_NEAR(number(found.operating, "duration_months"), months, 1e-6 * months);
}

constexpr double effect = 0.25;                      // SD one, 300 patients an arm:
const double drift = effect * std::sqrt(600.0 / 4);  // expected z at the end
constexpr double of_t = 0.002;                       // the noncentral t of 200 patients is no normal law

TEST(Looks, TypeOneErrorAndExitsAreThoseOfTheIntegration) {
  expect_exits(normal_looks(0, 20'000), 0);
}
TEST(Looks, PowerAndExits) {
  expect_exits(normal_looks(effect, 10'000), drift, of_t);
}
TEST(Looks, ATestOfOneSide) {
  Study study = normal_looks(effect, 10'000, Boundary::pocock);
  study.trial->sides = 1;
  study.trial->alpha = 0.025;
  expect_exits(study, drift, of_t);
}

TEST(Looks, LowerIsBetterIsTheMirrorImage) {
  Study study = normal_looks(-effect, 2'000);
  study.data_model->lower_is_better = true;
  const Tables lower = tables_of(study), higher = tables_of(normal_looks(effect, 2'000));
  EXPECT_NEAR(number(lower.operating, "assurance"), number(higher.operating, "assurance"),
              mcse_allowed * std::sqrt(2.0) * binomial_se(0.9, 2'000));
  EXPECT_EQ(number(lower.looks, "stop_worse", 2), 0);
}

TEST(Looks, FutilityStopsWhenItIsObeyed) {
  Study study = normal_looks(0, 10'000);
  study.trial->sides = 1;
  study.trial->alpha = 0.025;
  study.trial->looks->futility.emplace();
  study.trial->looks->futility->z = {0.0, 0.5};
  expect_exits(study, 0);
}

TEST(Looks, MixedModelsAndDropout) {
  Study study = accruing(normal_trial_with_baseline("mmrm", 300, 0, 0.5, 2'000));
  study.trial->dropout.emplace();
  study.trial->dropout->months = {1};
  study.trial->dropout->share = {0.2};
  study.trial->looks = three_looks(Boundary::pocock);
  expect_exits(study, 0, 0.004);  // degrees of freedom are estimated, and outcomes known are fewer than due
}

// Without a bound before the last look a trial is one without looks: the same patients, the same estimates.
TEST(Looks, ThatCannotStopChangeNothing) {
  Study with = normal_looks(effect, 300), without = with;
  with.trial->looks->efficacy.boundary.reset();
  with.trial->looks->efficacy.spending.kind = Spending::Kind::obrien_fleming;
  with.trial->looks->efficacy.looks = {3};
  without.trial->looks.reset();
  const Tables a = tables_of(with), b = tables_of(without);
  for (const Column& column : b.rows.columns) EXPECT_EQ(a.rows.find(column.name)->values, column.values) << column.name;
  for (const Column& column : b.operating.columns) {
    const auto* numbers = std::get_if<std::vector<double>>(&column.values);
    if (!numbers || std::isnan(numbers->front())) continue;
    EXPECT_EQ(number(a.operating, column.name), numbers->front()) << column.name;
  }
  EXPECT_EQ(number(a.looks, "stop_efficacy", 0) + number(a.looks, "stop_efficacy", 1), 0);
}

TEST(Looks, SizesAreConductedByThemselves) {
  Study both = normal_looks(effect, 200);
  both.trial->sample_size = {300, 600};
  Study small = normal_looks(effect, 200);
  small.trial->sample_size = {300};
  const Tables a = tables_of(both), b = tables_of(small);
  for (std::size_t k = 0; k < 3; ++k)
    for (const char* column : {"stop_efficacy", "months", "enrolled", "known"})
      EXPECT_EQ(number(a.looks, column, k), number(b.looks, column, k)) << column;
  const Trial trial(small, no_evidence());
  const RejectionCounts counted = trial.count_rejections(300, 0, 200);
  EXPECT_EQ(static_cast<double>(counted.rejections) / 200, number(b.operating, "power"));
}

// 60 patients, one a day (30.4375 a month), seen after a month: the first look is due when the 20th has been seen.
TEST(DataCut, KnowsWhatWasDue) {
  constexpr double per_month = 30.4375;
  Study study = accruing(normal_trial_with_baseline("t", 60, 0, 0.5, 1), per_month);
  study.trial->looks = three_looks();
  const PreparedTrial prepared(study, no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 60);
  const LookPlan plan(prepared.protocol.design, 60);
  std::vector<double> memory;
  const LookPlan::Due due = plan.due(0, data, prepared.protocol, memory);
  EXPECT_NEAR(due.cut.months, 20 / per_month + 1, 1e-12);
  EXPECT_EQ(due.cut.enrolled, 50u);  // 20 + the 30 who came within a month
  EXPECT_EQ(due.count, 20);
  EXPECT_FALSE(due.last);
  KnownData known;
  known.take_values(data, prepared.protocol, 0, due.cut);
  for (std::size_t i = 0; i < due.cut.enrolled; ++i) EXPECT_EQ(std::isnan(known.values.back()[i]), i >= 20) << i;
  EXPECT_EQ(simulator.analyse(0, due.cut).front().estimate.patients, 20);
  const LookPlan::Due last = plan.due(2, data, prepared.protocol, memory);
  EXPECT_TRUE(last.last);
  EXPECT_EQ(last.cut.enrolled, 60u);
  EXPECT_NEAR(last.cut.months, 60 / per_month + 1, 1e-12) << "the last primary visit is due";
}

/// What a z decides at a look.
boundaries::Decision decide(const LookPlan& plan, std::size_t look, const LookPlan::Due& due, double z) {
  const std::vector<double>& planned = plan.bounds().information;
  const std::optional<boundaries::Bound> bound = plan.bound(look, std::span(planned).first(look), due);
  return bound ? boundaries::decide(*bound, z, -z, z) : boundaries::Decision::futility;
}

// Under the null 0 of 10 against 1 of 10 is no harm: each side has the p of its own. And a look that has seen nobody
// respond is not futile.
TEST(Looks, AnExactTestKeepsItsLevelOnBothSides) {
  Study study = normal_looks(0, 4'000, Boundary::pocock);
  study.trial->sample_size = {60};
  study.data_model->kind = OutcomeKind::binary;
  for (auto& arm : study.data_model->arms) {
    arm.mean.clear();
    arm.sd.clear();
    arm.share = {0.2};
  }
  study.trial->analyses.front().method = "fisher";
  const Tables found = tables_of(study);
  EXPECT_LT(number(found.operating, "power"), 0.05);
  EXPECT_NEAR(number(found.looks, "stop_worse", 2), number(found.looks, "stop_efficacy", 2),
              mcse_allowed * binomial_se(0.02, 4'000));
  for (auto& arm : study.data_model->arms) arm.share = {0.001};
  study.trial->sides = 1;
  study.trial->alpha = 0.025;
  study.trial->looks->futility.emplace();
  study.trial->looks->futility->z = {-1.0, -1.0};
  EXPECT_LT(number(tables_of(study).looks, "stop_futility", 0), 0.02);
}

// Visits after the primary one are nobody's business at a look, and those who left are waited for as the plan says.
TEST(Looks, TheLastComesWhenTheLastPrimaryVisitIsDue) {
  Study study = normal_looks(0, 100);
  study.data_model->visits_months = {1, 9};
  study.data_model->correlation = {{1, 0.5}, {0.5, 1}};
  for (auto& arm : study.data_model->arms) {
    arm.mean = {0, 0};
    arm.sd = {1, 1};
  }
  study.trial->dropout.emplace();
  study.trial->dropout->months = {1, 9};
  study.trial->dropout->share = {0.5, 0.6};
  EXPECT_NEAR(number(tables_of(study).looks, "months", 2), 600.0 / 50 + 1, 1e-9);
}

Study event_looks(double hazard_ratio, std::int64_t replicates) {
  Study study = two_arms("logrank", 400, replicates);
  DataModel& model = *study.data_model;
  model.kind = OutcomeKind::survival;
  model.visits_months.clear();
  model.follow_up_months = 60;
  model.arms[0].hazard = {0.05};
  model.arms[1].hazard = {0.05 * hazard_ratio};
  study.trial->analyses.front().visit_months = 60;
  study.trial->accrual.pieces = {{0, 20}};
  study.trial->looks = three_looks();
  study.trial->looks->timing = Looks::Timing::events;
  study.trial->looks->maximum = 240;
  return study;
}

TEST(Looks, EventsOfALogRankTest) {
  const Tables found = tables_of(event_looks(1, 4'000));
  const boundaries::Bounds bounds = LookPlan(*event_looks(1, 1).trial, 400).bounds();
  const auto wanted = boundaries::exits(bounds, 0);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(number(found.looks, "known", k), 80.0 * static_cast<double>(k + 1)) << "every look comes at its event";
    EXPECT_EQ(number(found.looks, "known_mcse", k), 0);
  }
  EXPECT_NEAR(number(found.operating, "power"), boundaries::rejection_of(wanted),
              mcse_allowed * binomial_se(0.05, 4'000));
  const double last = number(found.looks, "months", 2), ended = number(found.operating, "duration_months");
  EXPECT_LT(ended, last) << "a trial ends at the event of its last look, or before";
  EXPECT_GT(ended, 0.97 * last);
  EXPECT_LT(number(found.looks, "months", 0), number(found.looks, "months", 1));
}

TEST(DataCut, CensorsTimesAndForgetsEventsToCome) {
  const PreparedTrial prepared(event_looks(1, 1), no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 400);
  const LookPlan plan(prepared.protocol.design, 400);
  std::vector<double> memory;
  const LookPlan::Due due = plan.due(0, data, prepared.protocol, memory);
  KnownData known;
  known.take_times(data, 0, due.cut);
  int events = 0;
  for (std::size_t i = 0; i < due.cut.enrolled; ++i) {
    EXPECT_LE(data.randomised_months[i], due.cut.months);
    EXPECT_LE(data.randomised_months[i] + known.time[i], due.cut.months + 1e-12);
    events += known.event[i];
    const bool to_come = !known.event[i] && data.event[0][i];
    EXPECT_TRUE(!to_come || known.time[i] < data.observed.time[0][i]);
  }
  EXPECT_EQ(events, 80);
  ASSERT_LT(due.cut.enrolled, 400u);
  EXPECT_GT(data.randomised_months[due.cut.enrolled], due.cut.months);
}

// Too few events come: the last look is at the end of follow-up, and has a bound of its own.
TEST(Looks, TooFewEventsSpendTheRest) {
  Study study = event_looks(1, 4'000);
  study.data_model->follow_up_months = 12;
  study.trial->analyses.front().visit_months = 12;  // 45 % have an event: some 180 of 240
  const Tables found = tables_of(study);
  EXPECT_NEAR(number(found.looks, "known", 2), 400 * (1 - std::exp(-0.6)), 2);
  EXPECT_NEAR(number(found.operating, "power"), 0.05, mcse_allowed * binomial_se(0.05, 4'000));
  const LookPlan plan(*study.trial, 400);
  boundaries::Design ended = boundaries::design_of(*study.trial);
  ended.looks.observed = {
      {.information = 80.0 / 240}, {.information = 160.0 / 240}, {.information = 0.75, .final = true}};
  const double bound = boundaries::running(ended, boundaries::calibrate(ended)).bounds.efficacy.back();
  const LookPlan::Due due{{400, infinity}, 180, true, 180.0 / 240};
  EXPECT_EQ(decide(plan, 2, due, bound), boundaries::Decision::efficacy);
  EXPECT_EQ(decide(plan, 2, due, bound - 1e-6), boundaries::Decision::futility);
  EXPECT_EQ(decide(plan, 2, due, -bound), boundaries::Decision::reversed);
  EXPECT_FALSE(plan.bound(0, {}, {{400, infinity}, 0, true, 0})) << "nothing is known";
  // Without an event since the look before, the last look is that one with what is left of alpha.
  ended.looks.observed = {{.information = 80.0 / 240}, {.information = 160.0 / 240, .final = true}};
  const double without_news = boundaries::running(ended, boundaries::calibrate(ended)).bounds.efficacy.back();
  const LookPlan::Due stale{{400, infinity}, 160, true, 160.0 / 240};
  EXPECT_EQ(decide(plan, 2, stale, without_news), boundaries::Decision::efficacy);
  EXPECT_EQ(decide(plan, 2, stale, without_news - 1e-6), boundaries::Decision::futility);
}

TEST(Looks, NeedNewsEach) {
  TrialQuestion design = *normal_looks(0, 1).trial;
  EXPECT_TRUE(LookPlan::fits(design, 4));
  EXPECT_FALSE(LookPlan::fits(design, 2));
  design.looks->information = {0.6, 1};
  EXPECT_EQ(LookPlan(design, 50).bounds().information.front(), 30.0 / 50);
}

}  // namespace
}  // namespace vcohort::test
