#include <algorithm>
#include <cmath>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/six_digits.hpp"
#include "engine/study/ratios.hpp"
#include "engine/trial/expected_events.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

/// By whole months, some two dozen of them, until everybody has been followed.
Table Trial::table_of_expected_events() const {
  Table table{
      "/trial/expected_events",
      "Patients and events that are expected by a month of a trial of times to an event, without simulation and as "
      "if it went on until everybody has been followed: one row per scenario, sample size, month and arm",
      {}};
  constexpr double most_months = 24;
  struct Row {
    std::int64_t size;
    double months;
    std::string arm;
    double randomised, events;
  };
  std::vector<Row> rows;
  const Protocol& protocol = trial_->protocol;
  const double ratios = sum_of_ratios(protocol.design.arms);
  for (const std::int64_t size : study_.trial->sample_size) {
    const DataModel& model = trial_->stated[protocol.primary_slot()];
    const ExpectedEvents expected(model, protocol.design, size);
    const double end = std::ceil(expected.last_comes() + model.follow_up_months);
    const double step = std::max(1.0, std::ceil(end / most_months));
    for (double months = step; months < end + step; months += step) {
      const double day = std::min(months, end);
      for (std::size_t a = 0; a < protocol.arms(); ++a) {
        const Arm& arm = protocol.design.arms[a];
        rows.push_back({size, day, arm.name, expected.randomised(day) * arm.ratio / ratios, expected.of_arm(a, day)});
      }
    }
  }
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", "patients", "randomised in the end", &Row::size);
  column("months", "months", "since the first day of accrual", &Row::months);
  column("arm", "", "which arm", &Row::arm);
  column("randomised", "patients", "expected by then", [&](const Row& row) { return six_digits(row.randomised); });
  column("events", "events", "expected by then", [&](const Row& row) { return six_digits(row.events); });
  return table;
}

}  // namespace vcohort
