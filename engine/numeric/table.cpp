#include "engine/numeric/table.hpp"

#include <algorithm>
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

void append_rows(std::vector<Table>& tables, Table table) {
  const auto same = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.path == table.path; });
  if (same == tables.end()) {
    tables.push_back(std::move(table));
    return;
  }
  if (same->columns.size() != table.columns.size())
    throw InternalError("two scenarios deliver different columns of " + table.path);
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    std::visit(
        [&](auto& into) {
          auto& from = std::get<std::decay_t<decltype(into)>>(table.columns[c].values);
          into.insert(into.end(), from.begin(), from.end());
        },
        same->columns[c].values);
}

}  // namespace vcohort
