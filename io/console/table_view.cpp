#include "io/console/table_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "io/results/csv.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

std::string shown(double value) {
  // Money and counts are read as whole numbers, not as 1.5e+04.
  constexpr double whole = 1e4;
  constexpr double endless = 1e12;
  if (std::abs(value) >= whole && std::abs(value) < endless) return fmt::format("{:.0f}", value);
  return std::isnan(value) ? std::string("-") : fmt::format("{:.4g}", value);
}
std::string shown(std::int64_t value) {
  return fmt::format("{}", value);
}
std::string shown(const std::string& value) {
  return value;
}
std::string shown(Truth value) {
  return value.value ? "yes" : "no";
}

/// Characters, not bytes: texts are UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

void print_aligned(const Table& table, std::ostream& out, std::size_t limit) {
  const std::size_t rows = limit == 0 ? table.rows() : std::min(limit, table.rows());
  std::vector<std::string> lines(rows + 1);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    std::vector<std::string> cells{column.name};
    const bool right = !std::holds_alternative<std::vector<std::string>>(column.values);
    std::visit(
        [&](const auto& values) {
          for (std::size_t r = 0; r < rows; ++r) cells.push_back(shown(values[r]));
        },
        column.values);
    std::size_t width = 0;
    for (const std::string& cell : cells) width = std::max(width, width_of(cell));
    const bool last = c + 1 == table.columns.size();
    for (std::size_t r = 0; r <= rows; ++r)
      lines[r] += (c == 0 ? "" : "  ") + (last && !right ? cells[r] : padded(cells[r], width, right));
  }
  for (const std::string& line : lines) out << line << '\n';
  if (rows < table.rows()) out << fmt::format("... and {} more rows\n", table.rows() - rows);
}

}  // namespace

void print(const Table& table, TableFormat format, std::ostream& out, std::size_t rows) {
  switch (format) {
    case TableFormat::table:
      print_aligned(table, out, rows);
      break;
    case TableFormat::csv:
      write_csv(table, out);
      break;
    case TableFormat::json:
      write_json(table, out);
      break;
  }
}

}  // namespace vcohort
