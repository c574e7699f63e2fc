#include "io/data/csv_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "io/data/csv_rows.hpp"
#include "io/study/problems.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

std::size_t CsvFile::column(std::string_view column_name, std::string_view wanted_by) const {
  const auto found = std::find(header.begin(), header.end(), column_name);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  const std::vector<std::string_view> names(header.begin(), header.end());
  throw InvalidInput(fmt::format("{}:1:1: {}", name,
                                 explain(fmt::format("there is no column {}", quoted(column_name)),
                                         fmt::format("{} names it", wanted_by), did_you_mean(column_name, names))));
}

CsvFile read_csv(std::string_view bytes, const std::string& file_name) {
  std::istringstream in{std::string(bytes)};
  CsvFile file;
  file.name = file_name;
  read_csv_rows(
      in, file_name, "patient and visit", [&file](const CsvRow& row) { file.header = row.fields; },
      [&file](CsvRow& row) {
        file.rows.push_back(std::move(row.fields));
        file.line.push_back(row.line);
        row.fields.clear();
      });
  return file;
}

}  // namespace vcohort
