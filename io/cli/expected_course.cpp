#include "io/cli/expected_course.hpp"

#include <algorithm>
#include <span>

#include "engine/numeric/require.hpp"
#include "engine/run/in_memory.hpp"

namespace vcohort {

namespace {

const Table* table_called(const std::vector<Table>& tables, std::string_view path) {
  const auto found = std::ranges::find(tables, path, &Table::path);
  return found == tables.end() ? nullptr : &*found;
}

template <class Value>
const Value& cell(const Table& table, std::string_view column, std::size_t row) {
  const Column* found = table.find(column);
  require(found, "the trial delivers this column");
  return std::get<std::vector<Value>>(found->values).at(row);
}

WithError number(const Table& table, const std::string& column, std::size_t row) {
  if (!table.find(column)) return {};
  const bool has_error = table.find(column + "_mcse");
  return {cell<double>(table, column, row), has_error ? cell<double>(table, column + "_mcse", row) : 0.0};
}

ExpectedCourse::Look look_of(const Table& table, std::size_t row, std::int64_t replicates) {
  const auto trials = static_cast<double>(replicates);
  const double rejects = cell<double>(table, "stop_efficacy", row) + cell<double>(table, "stop_worse", row);
  ExpectedCourse::Look look;
  look.information = cell<double>(table, "information", row);
  look.efficacy_z = cell<double>(table, "efficacy_z", row);
  look.futility_z = cell<double>(table, "futility_z", row);
  look.months = number(table, "months", row);
  look.enrolled = number(table, "enrolled", row);
  look.known = number(table, "known", row);
  look.stops = share_of(rejects * trials, trials);
  look.gives_up = number(table, "stop_futility", row);
  return look;
}

}  // namespace

ExpectedCourse expected_course(Study study, const Evidence& evidence, std::int64_t patients, std::int64_t replicates) {
  study.cohort.reset();
  study.policy.reset();
  study.trial->sample_size = {patients};
  study.trial->replicates = replicates;
  study.trial->power_mcse.reset();
  study.trial->save_replicates = false;
  study.trial->wished_effect.reset();
  const std::vector<Table> tables = run_in_memory(Plan(study, std::span(&evidence, 1)), 0);
  const Table& characteristics = *table_called(tables, "/trial/operating_characteristics");
  ExpectedCourse course;
  course.patients = number(characteristics, "expected_sample_size", 0);
  course.months = number(characteristics, "duration_months", 0);
  course.events = number(characteristics, "trial_events", 0);
  course.lost = number(characteristics, "dropout_share", 0);
  if (const Table* looks = table_called(tables, "/trial/looks"))
    for (std::size_t row = 0; row < looks->rows(); ++row) course.looks.push_back(look_of(*looks, row, replicates));
  if (const Table* claims = table_called(tables, "/trial/multiplicity"))
    for (std::size_t row = 0; row < claims->rows(); ++row)
      course.claims.push_back({cell<std::string>(*claims, "claim", row), cell<std::string>(*claims, "role", row),
                               number(*claims, "power", row)});
  return course;
}

Study without_effect(Study study) {
  TrialQuestion& trial = *study.trial;
  const Arm reference = trial.arms.at(static_cast<std::size_t>(trial.reference));
  for (Arm& arm : trial.arms) {
    arm.strategy = reference.strategy;
    arm.crossover_to = reference.crossover_to;
    arm.crossover_months = reference.crossover_months;
  }
  return study;
}

}  // namespace vcohort
