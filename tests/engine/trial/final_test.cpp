#include <gtest/gtest.h>

#include <cmath>

#include "engine/trial/conduct.hpp"
#include "tests/engine/trial/looks.hpp"

// When a trial without looks is analysed, and what is known then.
namespace vcohort::test {
namespace {

/// 300 patients at 25 a month, median 12 months, hazard ratio 0.7, 5 % drop-out a year; followed for 100 months at
/// most.
Study event_driven(const FinalAnalysis& final, std::int64_t replicates) {
  Study study = two_arms("logrank", 300, replicates);
  DataModel& model = *study.data_model;
  model.kind = OutcomeKind::survival;
  model.visits_months.clear();
  model.follow_up_months = 100;
  for (auto& arm : model.arms) {
    arm.hazard = {std::log(2.0) / 12};
  }
  model.arms[1].hazard = {0.7 * std::log(2.0) / 12};
  study.trial->accrual.pieces = {{0, 25}};
  study.trial->dropout.emplace();
  for (int year = 1; year <= 9; ++year) {
    study.trial->dropout->months.push_back(12.0 * year);
    study.trial->dropout->share.push_back(1 - std::pow(0.95, year));
  }
  study.trial->analyses.front().visit_months = 0;
  study.trial->final = final;
  return study;
}

/// Of both arms by a month: the chance of each patient, who comes at (i + 1) / 25.
double expected_events(double months) {
  const double eta = -std::log(0.95) / 12;
  double sum = 0;
  for (int i = 0; i < 300; ++i)
    for (const double ratio : {1.0, 0.7}) {
      const double hazard = ratio * std::log(2.0) / 12, u = std::max(0.0, months - (i + 1) / 25.0);
      sum += 0.5 * hazard / (hazard + eta) * (1 - std::exp(-(hazard + eta) * u));
    }
  return sum;
}

TEST(Final, EventsByAMonthAreThoseExpected) {
  // Patients who come evenly over each day, not at its end: rpact's getEventProbabilities and the integral.
  constexpr double oracle[] = {71.838750, 167.141106, 217.195875};
  for (int year = 1; year <= 3; ++year) {
    const double months = 12.0 * year;
    EXPECT_NEAR(expected_events(months), oracle[year - 1], 0.3) << "the last of them comes half a patient later";
    const Tables found = tables_of(event_driven({.months = months}, 2'000));
    EXPECT_NEAR(number(found.operating, "events"), expected_events(months),
                mcse_allowed * number(found.operating, "events_mcse"));
    EXPECT_NEAR(number(found.operating, "duration_months"), months, 1e-6);
    EXPECT_EQ(number(found.operating, "expected_sample_size"), 300);
  }
}

TEST(Final, ComesWithTheLastOfTheEvents) {
  const Tables found = tables_of(event_driven({.events = 150}, 2'000));
  EXPECT_EQ(number(found.operating, "events"), 150);
  EXPECT_EQ(number(found.operating, "events_mcse"), 0);
  // 150 are expected at 21.188088 months.
  EXPECT_NEAR(number(found.operating, "duration_months"), 21.188, 0.05);
}

/// Schoenfeld's formula for 200 events at a hazard ratio of 0.7, one side of 0.025.
TEST(Final, PowerIsThatOfTheEvents) {
  Study study = event_driven({.events = 200}, 6'000);
  study.trial->sides = 1;
  study.trial->alpha = 0.025;
  const Tables found = tables_of(study);
  constexpr double schoenfeld = 0.71297903, systematic = 0.01;  // the formula is a first approximation
  EXPECT_NEAR(number(found.operating, "power"), schoenfeld, mcse_allowed * binomial_se(schoenfeld, 6'000) + systematic);
}

TEST(Final, OfSeveralDaysTheLaterOrTheEarlier) {
  const PreparedTrial prepared(event_driven({}, 1), no_evidence());
  TrialSimulator simulator(prepared, true);
  const TrialData& data = simulator.simulate_replicate(0, 300);
  std::vector<double> days;
  const auto day = [&](FinalAnalysis final) { return final_cut(final, data, 300, days).months; };
  using When = FinalAnalysis::When;
  const double of_events = day({.events = 120});
  EXPECT_NEAR(day({.followed_months = 6}), 18, 1e-8);
  EXPECT_NEAR(day({.events = 120, .months = 40}), 40, 1e-8);
  EXPECT_EQ(day({.events = 120, .months = 40, .when = When::earlier}), of_events);
  EXPECT_NEAR(day({.months = 30, .followed_months = 6, .when = When::earlier}), 18, 1e-8);
  const DataCut early = final_cut({.months = 8}, data, 300, days);
  EXPECT_EQ(early.enrolled, 200u) << "who would come later is not part of the trial";
  // Where events run out, everybody's follow-up ends the trial.
  const DataCut everything = final_cut({.events = 299}, data, 300, days);
  EXPECT_TRUE(std::isinf(everything.months));
  EXPECT_EQ(everything.enrolled, 300u);
  EXPECT_NEAR(day({.events = 299, .months = 50, .when = When::earlier}), 50, 1e-8);
}

TEST(Final, OfVisitsKnowsThoseThatWereDue) {
  Study study = accruing(normal_trial("t", 60, 0, 1), 60);
  study.trial->final = FinalAnalysis{.months = 1.5};
  const Tables found = tables_of(study);
  EXPECT_EQ(number(found.operating, "analysed"), 30) << "30 of 60 came in the first half month";
  EXPECT_NEAR(number(found.operating, "duration_months"), 1.5, 1e-8);
}

}  // namespace
}  // namespace vcohort::test
