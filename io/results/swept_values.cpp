#include "io/results/swept_values.hpp"

#include <algorithm>
#include <set>

#include "io/results/column_of.hpp"
#include "io/results/result_file.hpp"
#include "io/results/shown_value.hpp"

namespace vcohort {

namespace {

ColumnValues rows_of(const ColumnValues& values, const std::vector<std::size_t>& rows) {
  return std::visit(
      [&](const auto& all) -> ColumnValues {
        auto chosen = std::decay_t<decltype(all)>();
        chosen.reserve(rows.size());
        for (const std::size_t row : rows) chosen.push_back(all[row]);
        return chosen;
      },
      values);
}

}  // namespace

SweptValues::SweptValues(const ResultFile& file) {
  if (file.find("/sweep") && file.find("/scenarios"))
    *this = SweptValues(file.read_table("/scenarios"), file.read_table("/sweep"));
}

SweptValues::SweptValues(const Table& scenarios, const Table& sweep) {
  const auto& names = column_of<std::string>(scenarios, "scenario");
  for (std::size_t row = 0; row < names.size(); ++row) row_of_.emplace(names[row], row);
  const auto& stances = column_of<std::string>(scenarios, "stance");
  for (std::size_t row = 0; row < names.size(); ++row)
    if (row == 0 || stances[row] != stances[row - 1]) first_.insert(names[row]);
  if (std::set<std::string>(stances.begin(), stances.end()).size() > 1) columns_.push_back(*scenarios.find("stance"));
  for (const std::string& name : column_of<std::string>(sweep, "column")) {
    const Column* column = scenarios.find(name);
    if (!column)
      throw DamagedFile(explain("cannot read the sweep of this result", "/scenarios has no column " + name,
                                "restore the file, or run the study again"));
    columns_.push_back(*column);
  }
}

void SweptValues::put_before(Table& table) const {
  if (empty() || table.path == "/scenarios" || !table.find("scenario")) return;
  std::vector<std::size_t> rows;
  for (const std::string& name : column_of<std::string>(table, "scenario")) {
    const auto row = row_of_.find(name);
    if (row == row_of_.end()) return;  // a table by stance
    rows.push_back(row->second);
  }
  std::vector<Column> before;
  for (const Column& column : columns_) {
    before.push_back({column.name, column.units, column.description, rows_of(column.values, rows)});
    if (table.find(column.name)) before.back().name = "swept " + column.name;
  }
  table.columns.insert(table.columns.begin(), std::make_move_iterator(before.begin()),
                       std::make_move_iterator(before.end()));
}

bool SweptValues::is_first(const std::string& scenario) const {
  return first_.contains(scenario);
}

std::string SweptValues::in_words(const std::string& scenario) const {
  std::string words;
  for (const Column& column : columns_)
    if (column.name != "stance")
      words += (words.empty() ? "" : ", ") + column.name + " = " + shown_value(column.values, row_of_.at(scenario));
  return words;
}

std::string SweptValues::in_words(const std::string& scenario, const std::string& other) const {
  const std::size_t row = row_of_.at(scenario), other_row = row_of_.at(other);
  std::string words;
  for (const Column& column : columns_) {
    const std::string here = shown_value(column.values, row);
    if (here != shown_value(column.values, other_row))
      words += (words.empty() ? "" : ", ") + column.name + " = " + here;
  }
  return words;
}

Table read_with_sweep(const ResultFile& file, std::string_view table) {
  Table read = file.read_table(table);
  SweptValues(file).put_before(read);
  return read;
}

}  // namespace vcohort
