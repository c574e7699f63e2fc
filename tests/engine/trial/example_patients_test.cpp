#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/engine/trial/looks.hpp"
#include "tests/engine/trial/several_endpoints.hpp"

// The patients of the first trials against the data sets of the same trials.
namespace vcohort::test {
namespace {

constexpr double rounding = 1e-9;  // months

Table example_patients(const Study& study) {
  const Trial trial(study, no_evidence());
  for (Table& table : trial.deliver(trial.empty_tally()))
    if (table.path == "/trial/example_patients") return std::move(table);
  return {};
}

Study event_driven() {
  Study study = two_arms("logrank", 50, 2);
  study.data_model->kind = OutcomeKind::survival;
  study.data_model->visits_months.clear();
  study.data_model->follow_up_months = 100;
  for (auto& arm : study.data_model->arms) arm.hazard = {std::log(2.0) / 12};
  study.trial->accrual.pieces = {{0, 5}};
  study.trial->dropout.emplace().per_month = 0.02;
  study.trial->analyses.front().visit_months = 0;
  study.trial->final = FinalAnalysis{.events = 20};
  return study;
}

TEST(ExamplePatients, AnEventDrivenTrialEndsOnTheDayOfItsLastEvent) {
  const Table table = example_patients(event_driven());
  std::map<double, int> events;
  std::map<double, double> last;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double replicate = number(table, "replicate", row), ended = number(table, "trial_months", row);
    const double seen = number(table, "randomised_months", row) + number(table, "followed_months", row);
    EXPECT_LE(seen, ended + rounding);
    EXPECT_FALSE(number(table, "event", row) == 1 && number(table, "lost", row) == 1);
    if (number(table, "event", row) != 1) {
      // Who had no event was lost before the end, or seen until then.
      EXPECT_EQ(number(table, "lost", row) == 1, seen < ended - rounding);
      continue;
    }
    ++events[replicate];
    last[replicate] = std::max(last[replicate], seen);
  }
  for (const double replicate : {0.0, 1.0}) {
    EXPECT_EQ(events[replicate], 20);
    EXPECT_NEAR(last[replicate], number(table, "trial_months", replicate == 0 ? 0 : table.rows() - 1), rounding);
  }
}

/// The status of the data set: 1 for the event, 2 for another one after which it cannot happen.
TEST(ExamplePatients, AnEventOfAnotherEndpointIsNotTheOneThatIsCounted) {
  Study study = several_endpoints({event_endpoint("relapse", 0.03, 1), event_endpoint("death", 0.05, 1)}, 0, 50, 2);
  study.data_model->endpoints[1].ends_follow_up = true;
  const Table table = example_patients(study);
  std::map<double, int> patients;
  for (std::size_t row = 0; row < table.rows();) {
    const double replicate = number(table, "replicate", row);
    const Table data = Trial(study, no_evidence()).dataset(static_cast<std::uint32_t>(replicate), 50);
    std::map<double, double> status;
    for (std::size_t of = 0; of < data.rows(); ++of)
      if (text(data, "endpoint", of) == "relapse") status[number(data, "patient", of)] = number(data, "status", of);
    for (; row < table.rows() && number(table, "replicate", row) == replicate; ++row) {
      const double had = status.at(number(table, "patient", row));
      EXPECT_EQ(number(table, "event", row), had == 1);
      EXPECT_EQ(number(table, "other_event", row), had == 2);
      ++patients[had];
    }
  }
  EXPECT_GT(patients[1], 10);
  EXPECT_GT(patients[2], 10);
}

Study with_visits() {
  Study study = normal_trial_with_baseline("t", 50, 0.5, 0.5, 5);
  study.data_model->visits_months = {0, 6, 12};
  study.data_model->correlation = {{1, 0.5, 0.5}, {0.5, 1, 0.5}, {0.5, 0.5, 1}};
  for (auto& arm : study.data_model->arms) {
    arm.mean = {0, 0, 0};
    arm.sd = {1, 1, 1};
  }
  study.trial->accrual.pieces = {{0, 5}};
  study.trial->dropout.emplace().per_month = 0.05;
  return study;
}

/// The rows of each of three trials have the visits whose values the data set knows.
void expect_visits_of_the_data_set(const Study& study, const Table& table) {
  for (std::size_t row = 0; row < table.rows();) {
    const double replicate = number(table, "replicate", row);
    const Table data = Trial(study, no_evidence()).dataset(static_cast<std::uint32_t>(replicate), 50);
    std::map<double, int> visits;
    for (std::size_t of = 0; of < data.rows(); ++of)
      visits[number(data, "patient", of)] += !std::isnan(number(data, "value", of));
    std::size_t patients = 0;
    for (; row < table.rows() && number(table, "replicate", row) == replicate; ++row, ++patients)
      EXPECT_EQ(number(table, "visits", row), visits[number(table, "patient", row)]);
    EXPECT_EQ(patients, visits.size());
  }
}

TEST(ExamplePatients, AttendTheVisitsThatTheDataSetHas) {
  const Study study = with_visits();
  const Table table = example_patients(study);
  ASSERT_EQ(table.rows(), 3u * 50);  // three trials are enough to look at
  expect_visits_of_the_data_set(study, table);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_EQ(number(table, "lost", row) == 1, number(table, "followed_months", row) < 12);
    EXPECT_EQ(number(table, "lost", row) == 1, number(table, "visits", row) < 2);
  }
}

TEST(ExamplePatients, VisitsAfterTheFinalAnalysisAreNotAttended) {
  Study study = with_visits();
  study.trial->final = FinalAnalysis{.months = 13};
  const Table table = example_patients(study);
  expect_visits_of_the_data_set(study, table);
  for (std::size_t row = 0; row < table.rows(); ++row)
    EXPECT_LE(number(table, "randomised_months", row) + number(table, "followed_months", row), 13 + rounding);
}

TEST(ExamplePatients, ASettingOfASweepHasNone) {
  Study study = event_driven();
  study.mark = "#0001";
  EXPECT_EQ(example_patients(study).rows(), 0u);
}

TEST(ExamplePatients, OfALargeTrialTheFirstStand) {
  EXPECT_EQ(example_patients(normal_trial("t", 600, 0.5, 1)).rows(), 60u);
}

}  // namespace
}  // namespace vcohort::test
