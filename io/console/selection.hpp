#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// Which rows and columns of a table are wanted, and in which form. What is empty changes nothing.
struct Selection {
  std::string where = {};                 // a Condition
  std::vector<std::string> columns = {};  // in the order in which they are wanted
  std::vector<std::string> sort = {};     // names; "-name" from the largest down
  std::string pivot = {};                 // "rows/columns/value", the first two several names with commas between them
  std::size_t limit = 0;                  // rows; 0: all

  bool empty() const { return where.empty() && columns.empty() && sort.empty() && pivot.empty() && limit == 0; }
};

/// The table in that form. A column with its Monte Carlo standard error (`power`, `power_mcse`) takes it along. A pivot
/// has the row names as first columns, and one column for each value of the column names; what is in no row is NA.
/// InvalidInput where a column is unknown, or where several rows fall into one cell.
Table selected(Table table, const Selection& selection);

/// Rows in this order, of all columns.
Table in_order(const Table& table, const std::vector<std::size_t>& rows);

/// The column of a name. `stance` is the scenario without its setting, where the table has no column of that name.
std::optional<Column> named_column(const Table& table, std::string_view name);

/// What to do about a column that is unknown.
std::string meant_column(const Table& table, std::string_view name);

}  // namespace vcohort
