#pragma once
#include "engine/analysis/long_data/long_data.hpp"
#include "engine/study/trial_design.hpp"
#include "io/data/csv_file.hpp"

namespace vcohort {

/// Patients x visits out of a long table, with the columns that the study names. Patients stand in the order of their
/// first row; visits in natural order (2 before 10, VIS2 before VIS10). Errors are InvalidInput with file and line:
/// columns that are not there, numbers that are none, two rows for one patient and visit, a patient in two arms or with
/// two values of a covariate.
LongData read_long_data(const CsvFile&, const DataColumns&, const AnalysisPlan&);

}  // namespace vcohort
