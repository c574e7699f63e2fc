#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/damaged_file.hpp"

namespace vcohort {

/// The values of a column of a table that was read from a file, which may be forged: DamagedFile where the column is
/// missing or has another type.
template <class Value>
const std::vector<Value>& column_of(const Table& table, std::string_view name) {
  const Column* column = table.find(name);
  const auto* values = column == nullptr ? nullptr : std::get_if<std::vector<Value>>(&column->values);
  if (values == nullptr)
    throw DamagedFile(explain("cannot read column " + std::string(name) + " of " + table.path,
                              "it is missing or has another type", "restore the file, or run the study again"));
  return *values;
}

}  // namespace vcohort
