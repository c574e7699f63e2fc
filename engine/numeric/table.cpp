#include "engine/numeric/table.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <type_traits>

#include "engine/numeric/errors.hpp"

namespace vcohort {

std::size_t Table::rows() const {
  if (columns.empty()) return 0;
  return std::visit([](const auto& values) { return values.size(); }, columns.front().values);
}

const Column* Table::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

void keep_rows(Table& table, const std::function<bool(std::size_t)>& keep) {
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (keep(row)) kept.push_back(row);
  for (Column& column : table.columns)
    std::visit(
        [&](auto& values) {
          for (std::size_t to = 0; to < kept.size(); ++to)
            if (kept[to] != to) values[to] = std::move(values[kept[to]]);
          values.resize(kept.size());
        },
        column.values);
}

namespace {

/// As numbers or texts, which can be missing.
void make_optional(Column& column, const Table& table) {
  if (const auto* counts = std::get_if<std::vector<std::int64_t>>(&column.values))
    column.values = std::vector<double>(counts->begin(), counts->end());
  if (std::holds_alternative<std::vector<Truth>>(column.values))
    throw InternalError("a scenario does not deliver the truth values " + column.name + " of " + table.path);
}

/// Rows without a value, behind the others or before them. Of a column that was made optional.
void add_missing(Column& column, std::size_t rows, bool before) {
  const auto add = [&](auto& values, const auto& missing) {
    values.insert(before ? values.begin() : values.end(), rows, missing);
  };
  if (auto* texts = std::get_if<std::vector<std::string>>(&column.values))
    add(*texts, std::string());
  else
    add(std::get<std::vector<double>>(column.values), std::numeric_limits<double>::quiet_NaN());
}

void append_values(Column& into, Column& from, const Table& table) {
  if (into.values.index() != from.values.index()) {
    make_optional(into, table);
    make_optional(from, table);
  }
  std::visit(
      [&](auto& values) {
        auto* more = std::get_if<std::decay_t<decltype(values)>>(&from.values);
        if (!more) throw InternalError("two scenarios deliver different values of " + into.name + " in " + table.path);
        values.insert(values.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
      },
      into.values);
}

}  // namespace

void append_rows(std::vector<Table>& tables, Table table) {
  const auto same = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.path == table.path; });
  if (same == tables.end()) {
    tables.push_back(std::move(table));
    return;
  }
  if (std::ranges::equal(same->columns, table.columns, {}, &Column::name, &Column::name)) {  // as scenarios mostly do
    for (std::size_t c = 0; c < table.columns.size(); ++c) append_values(same->columns[c], table.columns[c], *same);
    return;
  }
  const std::size_t before = same->rows(), added = table.rows();
  for (Column& into : same->columns) {
    const auto from = std::ranges::find(table.columns, into.name, &Column::name);
    if (from != table.columns.end()) {
      append_values(into, *from, *same);
    } else {
      make_optional(into, *same);
      add_missing(into, added, false);
    }
  }
  for (Column& column : table.columns) {
    if (same->find(column.name)) continue;
    make_optional(column, *same);
    add_missing(column, before, true);
    same->columns.push_back(std::move(column));
  }
}

}  // namespace vcohort
