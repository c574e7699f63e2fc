#include <gtest/gtest.h>

#include <cmath>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/analysis/boundaries/running.hpp"
#include "engine/trial/conduct.hpp"
#include "tests/engine/trial/looks.hpp"

// Looks that are due at other things than primary outcomes: the information that they have is then their own, and so
// are their bounds.
namespace vcohort::test {
namespace {

using Timing = Looks::Timing;

Study timed(Timing timing, double maximum, std::int64_t replicates, std::int64_t patients = 120) {
  Study study = accruing(normal_trial("t", patients, 0, replicates), 60);
  study.trial->looks = three_looks(Boundary::pocock);
  study.trial->looks->timing = timing;
  study.trial->looks->maximum = maximum;
  return study;
}

/// The z that ends a trial at the k-th of its looks, had at this information; not always planned ones.
double bound_at(const TrialQuestion& design, const std::vector<double>& information, std::size_t k, bool last) {
  boundaries::Design seen = boundaries::design_of(design);
  const boundaries::Calibrated planned = boundaries::calibrate(seen);
  for (std::size_t j = 0; j <= k; ++j) seen.looks.observed.push_back({.information = information[j]});
  seen.looks.observed.back().final = last;
  return boundaries::running(seen, planned).bounds.efficacy[k];
}

// 60 a month, seen a month later: when 120 of 180 are enrolled 60 have been seen.
TEST(LookTiming, EnrolledPatientsAreNotInformation) {
  const Study study = timed(Timing::enrolled, 0, 1, 180);
  const PreparedTrial prepared(study, no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 180);
  const LookPlan plan(prepared.protocol.design, 180);
  std::vector<double> memory, before;
  const LookPlan::Due first = plan.due(0, data, prepared.protocol, memory);
  EXPECT_EQ(first.cut.enrolled, 60u);
  EXPECT_NEAR(first.cut.months, 1, 1e-12);
  EXPECT_EQ(first.count, 0);
  EXPECT_FALSE(LookPlan::has_news(before, first));
  const LookPlan::Due second = plan.due(1, data, prepared.protocol, memory);
  EXPECT_EQ(second.cut.enrolled, 120u);
  EXPECT_EQ(second.count, 60);
  EXPECT_EQ(second.information, 60.0 / 180);
  EXPECT_TRUE(LookPlan::has_news(before, second));
  EXPECT_EQ(plan.bound(1, before, second)->efficacy, bound_at(*study.trial, {60.0 / 180}, 0, false));
  before = {second.information};
  const LookPlan::Due last = plan.due(2, data, prepared.protocol, memory);
  EXPECT_TRUE(last.last);
  EXPECT_NEAR(last.cut.months, 4, 1e-12) << "everybody has been seen";
  EXPECT_EQ(last.information, 1);
  EXPECT_EQ(plan.bound(2, before, last)->efficacy, bound_at(*study.trial, {60.0 / 180, 1}, 1, true));
}

// Two months and a half are planned: 120 patients at 60 a month, of whom 90 are seen by then.
TEST(LookTiming, MonthsEndATrialWithWhatIsKnown) {
  const Study study = timed(Timing::months, 2.5, 1);
  const PreparedTrial prepared(study, no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 120);
  const LookPlan plan(prepared.protocol.design, 120);
  std::vector<double> memory;
  const LookPlan::Due second = plan.due(1, data, prepared.protocol, memory);
  EXPECT_NEAR(second.cut.months, 2.5 * 2 / 3, 1e-8);
  EXPECT_EQ(second.cut.enrolled, 100u);
  EXPECT_EQ(second.count, 40);
  const LookPlan::Due last = plan.due(2, data, prepared.protocol, memory);
  EXPECT_EQ(last.cut.enrolled, 120u);
  EXPECT_EQ(last.count, 90);
  EXPECT_EQ(last.information, 0.75);
  const std::vector<double> before = {40.0 / 120};
  EXPECT_EQ(plan.bound(2, before, last)->efficacy, bound_at(*study.trial, {40.0 / 120, 0.75}, 1, true))
      << "the last look spends what is left";
}

// The first time that 1 / SE^2 is asked for and is enough, by what is known then and not later.
TEST(LookTiming, InformationIsThatOfTheStandardError) {
  constexpr double maximum = 20;  // of 120 patients with SD 1 it is about 30
  const Study study = timed(Timing::information, maximum, 1);
  const PreparedTrial prepared(study, no_evidence());
  TrialSimulator simulator(prepared, true);
  const auto plan = std::make_shared<const LookPlan>(prepared.protocol.design, 120);
  Conduct conduct(120, plan);
  for (std::uint32_t replicate = 0; replicate < 20; ++replicate) {
    const TrialData& data = simulator.simulate_replicate(replicate, 120);
    const Course course = conduct.conduct_replicate(simulator);
    std::int64_t step = 0;
    for (const LookTaken& taken : course.looks) {
      for (bool enough = false; !enough;) {
        const LookPlan::Due due = plan->at_step(++step, data, prepared.protocol);
        EXPECT_EQ(due.count, (step * 120 + 63) / 64);
        if (due.count < 12) continue;
        const double se = simulator.analyse(0, due.cut).front().estimate.se;
        enough = 1 / (se * se) >= plan->planned(taken.look) * maximum;
        EXPECT_EQ(enough, due.count == taken.count);
      }
      EXPECT_EQ(taken.information, plan->planned(taken.look));
    }
    EXPECT_LT(course.cut.months, 3) << "enough is known before everybody has been seen";
  }
}

TEST(LookTiming, TooLittleInformationSpendsTheRestAtTheEnd) {
  const Study study = timed(Timing::information, 60, 2'000);
  const Tables found = tables_of(study);
  EXPECT_NEAR(number(found.operating, "power"), 0.05, mcse_allowed * binomial_se(0.05, 2'000));
  EXPECT_LT(number(found.looks, "information_seen", 2), 0.6);
  EXPECT_NEAR(number(found.looks, "months", 2), 3, 1e-9);
  // 120 patients know about 30: some trials never come to the second look, at 40.
  EXPECT_EQ(number(found.looks, "taken", 1) + number(found.looks, "passed_over", 1) +
                std::round(2'000 * (number(found.looks, "stop_efficacy", 0) + number(found.looks, "stop_worse", 0))),
            2'000);
}

TEST(LookTiming, EveryTimingKeepsTheLevel) {
  constexpr std::int64_t replicates = 8'000;
  for (Study study : {timed(Timing::enrolled, 0, replicates), timed(Timing::months, 2.5, replicates)}) {
    study.trial->accrual.kind = Accrual::Kind::poisson;
    study.trial->dropout = Dropout{};
    study.trial->dropout->months = {1};
    study.trial->dropout->share = {0.1};
    const Tables found = tables_of(study);
    EXPECT_NEAR(number(found.operating, "power"), 0.05, mcse_allowed * binomial_se(0.05, replicates))
        << static_cast<int>(study.trial->looks->timing);
  }
}

// Asked for often, the standard error is first enough where it is small by luck: with few patients trials reject too
// often, with many they do not.
TEST(LookTiming, InformationThatIsSmallByLuckCostsSomeLevel) {
  constexpr std::int64_t replicates = 4'000;
  const double few = number(tables_of(timed(Timing::information, 20, replicates)).operating, "power");
  EXPECT_GT(few, 0.05);
  EXPECT_LT(few, 0.08);
  const double many = number(tables_of(timed(Timing::information, 200, replicates, 1200)).operating, "power");
  EXPECT_NEAR(many, 0.05, mcse_allowed * binomial_se(0.05, replicates));
}

Study counting(std::int64_t replicates, double maximum) {
  Study study = two_arms("negative-binomial", 200, replicates);
  DataModel& model = *study.data_model;
  model.kind = OutcomeKind::count;
  model.visits_months.clear();
  model.follow_up_months = 12;
  for (auto& arm : model.arms) {
    arm.rate = 0.15;
    arm.dispersion = 0.6;
  }
  study.trial->accrual.pieces = {{0, 20}};
  study.trial->analyses.front().visit_months = 12;
  study.trial->looks = three_looks();
  study.trial->looks->timing = Timing::information;
  study.trial->looks->maximum = maximum;
  return study;
}

// What was known at a look is the beginning of what will be known.
TEST(LookTiming, CountsGrowWithTheCut) {
  const PreparedTrial prepared(counting(1, 30), no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 200);
  std::vector<double> before(200);
  for (const double months : {1.0, 4.0, 9.0, 15.0, 22.0}) {
    simulator.know_counts({200, months});
    for (std::size_t i = 0; i < 200; ++i) {
      EXPECT_GE(data.known.count[i], before[i]);
      EXPECT_LE(data.known.count[i], data.observed.count[i]);
      const double exposure = std::min(12.0, months - data.randomised_months[i]);
      if (exposure > 0)
        EXPECT_EQ(data.known_exposure[i], exposure);
      else
        EXPECT_TRUE(std::isnan(data.known_exposure[i]));
    }
    before = data.known.count;
  }
  EXPECT_EQ(before, data.observed.count) << "after 22 months everybody has been followed";
}

TEST(LookTiming, TrialsOfCountsObeyTheirLooks) {
  const Tables found = tables_of(counting(600, 30));
  // A negative binomial model of some 100 patients rejects a little too often: 0.055 in trials without looks.
  EXPECT_NEAR(number(found.operating, "power"), 0.055, mcse_allowed * binomial_se(0.055, 600));
  EXPECT_LT(number(found.looks, "months", 0), number(found.looks, "months", 1));
  EXPECT_NEAR(number(found.looks, "information_seen", 0), 1.0 / 3, 1e-12);
}

}  // namespace
}  // namespace vcohort::test
