#include "io/console/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "engine/numeric/errors.hpp"
#include "io/console/condition.hpp"
#include "io/results/shown_value.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

Column required_column(const Table& table, const std::string& name) {
  std::optional<Column> column = named_column(table, name);
  if (!column)
    throw InvalidInput(
        explain(fmt::format("{} has no column {}", table.path, vcohort::quoted(name)), "", meant_column(table, name)));
  return std::move(*column);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// Numbers that are not there come last, however the others are sorted.
template <class Value>
bool before(const Value& left, const Value& right, bool down) {
  return down ? right < left : left < right;
}
bool before(double left, double right, bool down) {
  if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
  return down ? right < left : left < right;
}
bool before(Truth left, Truth right, bool down) {
  return before(left.value, right.value, down);
}

Table sorted(const Table& table, const std::vector<std::string>& names) {
  std::vector<std::size_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  for (std::size_t k = names.size(); k-- > 0;) {
    const bool down = names[k].starts_with('-');
    const Column column = required_column(table, down ? names[k].substr(1) : names[k]);
    std::visit(
        [&](const auto& values) {
          std::stable_sort(rows.begin(), rows.end(),
                           [&](std::size_t a, std::size_t b) { return before(values[a], values[b], down); });
        },
        column.values);
  }
  return in_order(table, rows);
}

Table with_columns(const Table& table, const std::vector<std::string>& names) {
  Table chosen{table.path, table.description, {}};
  for (const std::string& name : names) {
    if (!chosen.find(name)) chosen.columns.push_back(required_column(table, name));
    const std::string error = name + "_mcse";
    if (table.find(error) && !chosen.find(error)) chosen.columns.push_back(*table.find(error));
  }
  return chosen;
}

/// The texts of several columns in a row, and which of their combinations it is, in order of appearance.
struct Keys {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> values;  // [combination][column]
  std::vector<std::size_t> first_row;            // [combination]
  std::vector<std::size_t> of_row;

  Keys(const Table& table, const std::vector<std::string>& names) {
    for (const std::string& name : names) columns.push_back(required_column(table, name));
    std::map<std::vector<std::string>, std::size_t> known;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::vector<std::string> key;
      for (const Column& column : columns) key.push_back(shown_value(column.values, row));
      const auto [place, is_new] = known.emplace(key, known.size());
      if (is_new) {
        values.push_back(key);
        first_row.push_back(row);
      }
      of_row.push_back(place->second);
    }
  }
};

/// A column in which two rows of one cell differ, so that the reader knows what to choose; what a row is about stands
/// before what was measured.
std::string difference(const Table& table, std::size_t row, std::size_t other, const std::string& value) {
  for (const Column& column : table.columns)
    if (column.name != value && shown_value(column.values, row) != shown_value(column.values, other))
      return column.name;
  return "";
}

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

/// [row of the pivot][column of the pivot]: the row of the table.
std::vector<std::vector<std::size_t>> cells_of(const Table& table, const Keys& rows, const Keys& columns,
                                               const std::string& value) {
  std::vector<std::vector<std::size_t>> cells(rows.values.size(),
                                              std::vector<std::size_t>(columns.values.size(), none));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::size_t& cell = cells[rows.of_row[row]][columns.of_row[row]];
    if (cell != none) {
      const std::string differing = difference(table, cell, row, value);
      throw InvalidInput(explain(
          fmt::format("several rows fall into the cell {}, {}", fmt::join(rows.values[rows.of_row[row]], ", "),
                      fmt::join(columns.values[columns.of_row[row]], ", ")),
          differing.empty() ? "" : "they differ in " + differing,
          differing.empty() ? "choose one with --where"
                            : fmt::format("name it in --pivot, or choose one with --where '{} = ...'", differing)));
    }
    cell = row;
  }
  return cells;
}

/// The numbers of a column, whole ones too: of a cell without a row there is none.
ColumnValues column_of_cells(const Column& column, const std::vector<std::vector<std::size_t>>& cells, std::size_t at) {
  const auto numbers = [&](const auto& values) {
    std::vector<double> found;
    for (const auto& row : cells)
      found.push_back(row[at] == none ? std::nan("") : static_cast<double>(values[row[at]]));
    return found;
  };
  if (const auto* values = std::get_if<std::vector<double>>(&column.values)) return numbers(*values);
  if (const auto* values = std::get_if<std::vector<std::int64_t>>(&column.values)) {
    std::vector<std::int64_t> whole;
    for (const auto& row : cells)
      if (row[at] != none) whole.push_back((*values)[row[at]]);
    if (whole.size() == cells.size()) return whole;
    return numbers(*values);
  }
  std::vector<std::string> texts;
  for (const auto& row : cells) {
    std::string text = row[at] == none ? "" : shown_value(column.values, row[at]);
    if (std::holds_alternative<std::vector<Truth>>(column.values) && !text.empty())
      text = text == "true" ? "yes" : "no";
    texts.push_back(std::move(text));
  }
  return texts;
}

Table pivoted(const Table& table, const std::string& pivot) {
  const std::vector<std::string> parts = split(pivot, '/');
  if (parts.size() != 3 ||
      std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); }))
    throw InvalidInput(explain(fmt::format("{} is no pivot", vcohort::quoted(pivot)),
                               "it is rows/columns/value, each a name of a column, the first two several with commas",
                               "write for instance strategy/scenario/inb"));
  const Keys rows(table, split(parts[0], ',')), columns(table, split(parts[1], ','));
  const Column value = required_column(table, parts[2]);
  const auto cells = cells_of(table, rows, columns, parts[2]);
  Table shown{table.path, fmt::format("{} ({}) by {}", parts[2], value.description, parts[1]), {}};
  for (const Column& column : rows.columns) {
    Table of{"", "", {column}};
    shown.columns.push_back(in_order(of, rows.first_row).columns.front());
  }
  const Column* error = table.find(parts[2] + "_mcse");
  for (std::size_t at = 0; at < columns.values.size(); ++at) {
    std::string name = fmt::format("{}", fmt::join(columns.values[at], ", "));
    if (name.empty() || shown.find(name)) name = fmt::format("{}={}", parts[1], name);
    shown.columns.push_back({name, value.units, value.description, column_of_cells(value, cells, at)});
    if (error)
      shown.columns.push_back({name + "_mcse", error->units, error->description, column_of_cells(*error, cells, at)});
  }
  return shown;
}

}  // namespace

Table in_order(const Table& table, const std::vector<std::size_t>& rows) {
  Table chosen{table.path, table.description, {}};
  for (const Column& column : table.columns)
    chosen.columns.push_back({column.name, column.units, column.description,
                              std::visit(
                                  [&](const auto& values) -> ColumnValues {
                                    std::decay_t<decltype(values)> of_rows;
                                    for (const std::size_t row : rows) of_rows.push_back(values[row]);
                                    return of_rows;
                                  },
                                  column.values)});
  return chosen;
}

std::optional<Column> named_column(const Table& table, std::string_view name) {
  if (const Column* column = table.find(name)) return *column;
  const Column* scenario = name == "stance" ? table.find("scenario") : nullptr;
  const auto* scenarios = scenario ? std::get_if<std::vector<std::string>>(&scenario->values) : nullptr;
  if (!scenarios) return std::nullopt;
  std::vector<std::string> stances;
  for (const std::string& of : *scenarios) stances.push_back(of.substr(0, of.find('#')));
  return Column{"stance", "", "stance of the evidence", std::move(stances)};
}

std::string meant_column(const Table& table, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Column& column : table.columns) known.push_back(column.name);
  return did_you_mean(name, known);
}

Table selected(Table table, const Selection& selection) {
  if (!selection.where.empty()) {
    const std::vector<bool> holds = Condition(selection.where).holds(table);
    keep_rows(table, [&](std::size_t row) { return holds[row]; });
  }
  if (!selection.sort.empty()) table = sorted(table, selection.sort);
  if (!selection.pivot.empty()) table = pivoted(table, selection.pivot);
  if (!selection.columns.empty()) table = with_columns(table, selection.columns);
  if (selection.limit > 0) keep_rows(table, [&](std::size_t row) { return row < selection.limit; });
  return table;
}

}  // namespace vcohort
