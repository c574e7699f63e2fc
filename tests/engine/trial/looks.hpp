#pragma once
#include <limits>
#include <vector>

#include "engine/trial/trial.hpp"
#include "tests/engine/trial/designs.hpp"

/// Trials with looks on data models, for the tests of engine/trial.
namespace vcohort::test {

using Boundary = Looks::Efficacy::Boundary;
inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline Looks three_looks(Boundary boundary = Boundary::obrien_fleming) {
  Looks looks;
  looks.information = {1.0 / 3, 2.0 / 3, 1};
  looks.efficacy.boundary = boundary;
  return looks;
}

/// Patients come one by one and are seen a month later, so that some are always in the pipeline.
inline Study accruing(Study study, double per_month = 50) {
  study.trial->accrual.pieces = {{0, per_month}};
  study.data_model->visits_months.back() = 1;
  study.trial->analyses.front().visit_months = 1;
  return study;
}

inline Study normal_looks(double effect, std::int64_t replicates, Boundary boundary = Boundary::obrien_fleming) {
  Study study = accruing(normal_trial("t", 600, effect, replicates));
  study.trial->looks = three_looks(boundary);
  return study;
}

struct Tables {
  Table operating, looks, rows;
};

inline Tables tables_of(const Study& study) {
  const Trial trial(study, no_evidence());
  Tally tally = trial.empty_tally();
  std::vector<Table> rows = trial.row_tables();
  for (std::int64_t block = 0; block < trial.blocks(); ++block) trial.simulate_block(block, tally, rows);
  std::vector<Table> delivered = trial.deliver(tally);
  return {delivered.at(0), delivered.size() > 1 ? delivered[1] : Table{}, rows.empty() ? Table{} : rows.front()};
}

}  // namespace vcohort::test
