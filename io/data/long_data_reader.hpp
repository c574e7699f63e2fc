#pragma once
#include "engine/analysis/long_data/long_data.hpp"
#include "engine/study/study.hpp"
#include "io/data/csv_file.hpp"

namespace vcohort {

/// What one analysis of a study needs out of a long table, with the columns that [data] names: patients in the order of
/// their first row; visits in the order of [data], else in natural order (2 before 10, VIS2 before VIS10); arms in the
/// order of a simulated trial, else in natural order. Errors are InvalidInput with file and line: columns and values
/// that are not there, numbers that are none or that the method cannot take, two rows for one patient and visit, a
/// patient in two arms or with two values of a covariate.
LongData read_long_data(const CsvFile&, const Study&, const AnalysisPlan&);

}  // namespace vcohort
