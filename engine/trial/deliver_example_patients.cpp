#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// What was known of a patient when the trial ended.
struct Followed {
  double until_months = 0;                                // since randomisation: to the last day under observation
  std::int64_t visits = 0;                                // attended
  bool lost = false, event = false, other_event = false;  // on that day; at most one of them
};

/// The days of the events that end a patient's follow-up; `never` where there is none [months since randomisation].
struct Ends {
  double counted = never, other = never;
};

Ends ends_of(const Protocol& protocol, const TrialData& data, std::size_t i) {
  Ends ends;
  for (std::size_t slot = 0; slot < protocol.endpoints.size(); ++slot) {
    if (protocol.kind[slot] != OutcomeKind::survival || !data.event[slot][i]) continue;
    const double day = data.observed.time[slot][i];
    if (slot == data.counted) ends.counted = day;
    if (slot != data.counted && protocol.ends_follow_up[slot]) ends.other = std::min(ends.other, day);
  }
  return ends;
}

Followed follow(const Protocol& protocol, const TrialData& data, std::size_t i, const DataCut& cut, bool drops_out) {
  const Ends ends = ends_of(protocol, data, i);
  const double event = std::min(ends.counted, ends.other), to_cut = cut.months - data.randomised_months[i];
  const double exit = drops_out ? data.exit_months[i] : never;
  Followed followed;
  followed.until_months = std::max(0.0, std::min({protocol.follow_up_months, exit, event, to_cut}));
  const bool seen = event <= followed.until_months + same_day;
  followed.event = seen && ends.counted <= ends.other;  // a composite's event is that of its component on that day
  followed.other_event = seen && !followed.event;
  followed.lost = !seen && exit < protocol.follow_up_months && exit <= followed.until_months + same_day;
  const auto attended = static_cast<std::size_t>(protocol.by_visit() ? data.visits_attended[i] : 0);
  for (std::size_t v = 0; v < attended; ++v)
    followed.visits += protocol.visits_months[v] <= followed.until_months + same_day;
  return followed;
}

}  // namespace

/// Computed when the result is delivered: what a replicate is depends on nothing but its number.
Table Trial::table_of_example_patients() const {
  constexpr std::int64_t most_trials = 3;
  constexpr std::size_t most_patients = 60;
  Table table{"/trial/example_patients",
              "Patients of the first simulated trials of the largest size, the first 60 of each in the order of "
              "randomisation, as they were known when the trial ended: one row per scenario, replicate and patient",
              {}};
  struct Row {
    std::int64_t replicate;
    std::uint64_t patient;
    std::string arm;
    double randomised, ended;
    Followed followed;
  };
  std::vector<Row> rows;
  const Protocol& protocol = trial_->protocol;
  TrialSimulator simulator(*trial_, false);
  Conduct conduct = conduct_of(protocol.largest_size());
  for (std::int64_t r = 0; r < std::min(most_trials, study_.trial->replicates); ++r) {
    const TrialData& data = simulator.simulate_replicate(static_cast<std::uint32_t>(r), protocol.largest_size());
    const DataCut cut = conduct.conduct_replicate(simulator).cut;
    const double ended = simulator.duration_months(cut);
    for (std::size_t i = 0; i < std::min(most_patients, cut.enrolled); ++i)
      rows.push_back({r, data.participants.patient[i], protocol.design.arms[static_cast<std::size_t>(data.arm[i])].name,
                      data.randomised_months[i], ended, follow(protocol, data, i, cut, trial_->dropout.has_value())});
  }
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", "patients", "planned", protocol.largest_size());
  column("replicate", "", "number of the simulated trial", &Row::replicate);
  column("patient", "", "candidate number, as `vcohort replay` takes it",
         [](const Row& row) { return static_cast<std::int64_t>(row.patient); });
  column("arm", "", "allocated arm", &Row::arm);
  column("randomised_months", "months", "calendar time of randomisation, since the first day of accrual",
         &Row::randomised);
  column("followed_months", "months", "from randomisation to the last day under observation",
         [](const Row& row) { return row.followed.until_months; });
  column("visits", "visits", "attended after baseline", [](const Row& row) { return row.followed.visits; });
  column("lost", "", "dropped out on that day", [](const Row& row) { return row.followed.lost; });
  column("event", "", "had the event that is counted on that day", [](const Row& row) { return row.followed.event; });
  column("other_event", "", "had an event of another endpoint on that day, after which nothing is seen",
         [](const Row& row) { return row.followed.other_event; });
  column("trial_months", "months", "duration of the trial, since the first day of accrual", &Row::ended);
  return table;
}

}  // namespace vcohort
