#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

/// A table is what every question delivers and every file, screen and CSV shows: equal-length columns, each with a
/// unit and a sentence. It knows no file format.
namespace vcohort {

/// Truth values are a column type of their own, so that readers need not guess whether 0 and 1 are numbers.
struct Truth {
  std::uint8_t value = 0;
  friend bool operator==(Truth, Truth) = default;
};

using ColumnValues =
    std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>, std::vector<Truth>>;

struct Column {
  std::string name;
  std::string units;        // "points", "share", "months", "1" for pure numbers, "" for texts
  std::string description;  // one sentence
  ColumnValues values;
};

struct Table {
  std::string path;  // in the result file, for instance "/cohort/summary"
  std::string description;
  std::vector<Column> columns;

  std::size_t rows() const;

  /// Adds a column and returns its values, to be filled. The reference holds until the next column is added.
  template <class Value>
  std::vector<Value>& add(std::string name, std::string units, std::string text) {
    columns.push_back({std::move(name), std::move(units), std::move(text), std::vector<Value>{}});
    return std::get<std::vector<Value>>(columns.back().values);
  }

  /// The column of that name, or nullptr.
  const Column* find(std::string_view name) const;
};

/// Leaves the rows for which `keep(row)` holds; it is asked before anything moves.
void keep_rows(Table& table, const std::function<bool(std::size_t)>& keep);

/// Adds the rows of a table to the one of the same path, or the table itself where there is none yet. Scenarios deliver
/// their own tables, which become one: a column that some of them have is missing in the rows of the others (NaN, or
/// an empty text; counts become numbers then). InternalError where two columns of a name hold values of two kinds.
void append_rows(std::vector<Table>& tables, Table table);

}  // namespace vcohort
