#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

/// What the page of a report holds of a result, for io/report/page/src/data/decode.ts: name of the file, header, and
/// its tables, column by column. Numbers of tables of 2,000 rows and more have eight digits, others are exact. Texts
/// are numbers of the list of distinct texts of their column. Of tables with a row for each trial, patient or draw
/// there are the first rows alone; the page says so. `added` are tables that are no part of the file.
nlohmann::ordered_json page_data(const ResultFile&, const std::vector<Table>& added);

}  // namespace vcohort
