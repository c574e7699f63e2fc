#include "io/console/table_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <set>
#include <string>

#include "io/console/screen.hpp"
#include "io/results/csv.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

constexpr const char* between = "  ";
constexpr std::size_t gap = 2;

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
/// A cell is one line, and never a command to the terminal.
std::string shown(const std::string& value) {
  std::string line = value;
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line;
}
std::string shown(Truth value) {
  return value.value ? "yes" : "no";
}

/// "0.8125 ± 0.0028": one digit more than the error has.
std::string shown_with_error(double value, double error) {
  if (std::isnan(value) || std::isnan(error) || !(error > 0) || !std::isfinite(error)) return shown(value);
  constexpr int most_digits = 9;
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(error))) + 1, 0, most_digits);
  return fmt::format("{:.{}f} ± {:.{}f}", value, digits, error, digits);
}

/// A column as it is printed.
struct Shown {
  std::vector<std::string> head;   // lines
  std::vector<std::string> cells;  // [row]
  std::string name;
  bool text = false;
  std::size_t width = 0;

  void measure() {
    width = 0;
    for (const std::string& line : head) width = std::max(width, width_on_screen(line));
    for (const std::string& cell : cells) width = std::max(width, width_on_screen(cell));
  }
  bool constant() const {
    return std::all_of(cells.begin(), cells.end(), [&](const std::string& cell) { return cell == cells.front(); });
  }
};

bool is_text(const Column& column) {
  return std::holds_alternative<std::vector<std::string>>(column.values);
}

std::vector<Shown> shown_columns(const Table& table, std::size_t rows, bool units) {
  std::vector<Shown> columns;
  for (const Column& column : table.columns) {
    Shown& of = columns.emplace_back();
    of.name = column.name;
    of.head = {column.name};
    if (units) of.head.push_back(column.units);
    of.text = is_text(column);
    std::visit(
        [&](const auto& values) {
          for (std::size_t r = 0; r < rows; ++r) of.cells.push_back(shown(values[r]));
        },
        column.values);
    of.measure();
  }
  return columns;
}

/// Rows, the first of them below the heads.
void print_columns(const std::vector<Shown>& columns, std::size_t first, std::size_t end, const std::string& indent,
                   std::ostream& out, const std::string& group = "") {
  std::size_t head = 0;
  for (const Shown& column : columns) head = std::max(head, column.head.size());
  const auto line = [&](const auto& cell_of) {
    std::string text = indent;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const bool last = c + 1 == columns.size();
      const std::string& cell = cell_of(columns[c]);
      text += c == 0 ? "" : between;
      text += last && columns[c].text ? cell : padded(cell, columns[c].width, !columns[c].text);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out << text << '\n';
  };
  static const std::string nothing;
  for (std::size_t k = 0; first == 0 && k < head; ++k)
    line([&](const Shown& column) -> const std::string& {
      const std::size_t above = head - column.head.size();  // heads stand on their rows
      return k < above ? nothing : column.head[k - above];
    });
  if (!group.empty()) out << (first == 0 ? "" : "\n") << group << '\n';
  for (std::size_t row = first; row < end; ++row)
    line([&](const Shown& column) -> const std::string& { return column.cells[row]; });
}

std::size_t width_of(const std::vector<Shown>& columns) {
  std::size_t width = 0;
  for (const Shown& column : columns) width += column.width + gap;
  return width - std::min(width, gap);
}

/// A number and its standard error become one column.
void join_errors(const Table& table, std::size_t rows, std::vector<Shown>& columns) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Column* value = table.find(columns[c].name);
    const Column* error = table.find(columns[c].name + "_mcse");
    const auto* values = value ? std::get_if<std::vector<double>>(&value->values) : nullptr;
    const auto* errors = error ? std::get_if<std::vector<double>>(&error->values) : nullptr;
    if (!values || !errors) continue;
    for (std::size_t r = 0; r < rows; ++r) columns[c].cells[r] = shown_with_error((*values)[r], (*errors)[r]);
    columns[c].measure();
    std::erase_if(columns, [&](const Shown& other) { return other.name == error->name; });
  }
}

/// "in the good direction" or "expected_sample_size" in lines that are as narrow as what stands below them.
void break_head(Shown& column) {
  constexpr std::size_t narrow = 8, most_lines = 4;
  std::size_t wanted = narrow;
  for (const std::string& cell : column.cells) wanted = std::max(wanted, width_on_screen(cell));
  std::vector<std::string> lines;
  std::string rest = column.name;
  while (width_on_screen(rest) > wanted && lines.size() + 1 < most_lines) {
    std::size_t cut = std::string::npos;
    for (std::size_t place = rest.find_first_of(" _."); place != std::string::npos && place + 1 < rest.size();
         place = rest.find_first_of(" _.", place + 1)) {
      if (cut != std::string::npos && width_on_screen(rest.substr(0, place + 1)) > wanted) break;
      cut = place;
    }
    if (cut == std::string::npos) break;
    const bool is_space = rest[cut] == ' ';
    lines.push_back(rest.substr(0, is_space ? cut : cut + 1));
    rest.erase(0, cut + 1);
  }
  lines.push_back(rest);
  if (column.head.size() > 1) lines.push_back(column.head.back());  // units
  column.head = std::move(lines);
  column.measure();
}

/// What texts are cut to, one after the other, where they make the table too wide.
constexpr std::size_t longest_texts[] = {56, 40, 28, 20};

std::size_t distinct(const std::vector<std::string>& cells) {
  return std::set<std::string>(cells.begin(), cells.end()).size();
}

/// Texts that would look the same then stay as they are.
void cut_texts(std::vector<Shown>& columns, std::size_t longest) {
  for (Shown& column : columns) {
    if (!column.text) continue;
    std::vector<std::string> cut;
    for (const std::string& cell : column.cells) cut.push_back(shortened(cell, longest));
    if (distinct(cut) < distinct(column.cells)) continue;
    column.cells = std::move(cut);
    column.measure();
  }
}

/// Columns that never change, in one line or several; of a table of one row none.
std::vector<Shown> lift_constants(std::vector<Shown>& columns) {
  std::vector<Shown> constants;
  if (columns.empty() || columns.front().cells.size() < 2) return constants;
  for (const Shown& column : columns)
    if (column.constant()) constants.push_back(column);
  if (constants.size() == columns.size()) return {};
  std::erase_if(columns, [](const Shown& column) { return column.constant(); });
  return constants;
}

void print_constants(const std::vector<Shown>& constants, std::size_t width, std::ostream& out) {
  std::string line;
  std::vector<std::string> empty;
  for (const Shown& column : constants) {
    if (column.cells.front().empty() || column.cells.front() == "-") {
      empty.push_back(column.name);
      continue;
    }
    line += (line.empty() ? "" : "; ") + column.name + ": " + column.cells.front();
  }
  if (!empty.empty()) line += fmt::format("{}not there: {}", line.empty() ? "" : "; ", fmt::join(empty, ", "));
  if (!line.empty()) out << folded(line, width) << "\n\n";
}

/// A number in words, such as 4.2 ± 0.1, which is no heading for what stands below it.
bool begins_as_number(const std::string& cell) {
  return !cell.empty() && std::string_view("0123456789+-").find(cell.front()) != std::string_view::npos;
}

/// The first column of texts whose equal values stand together, in fewer groups than rows; none otherwise.
std::size_t grouping_column(const std::vector<Shown>& columns) {
  const std::size_t rows = columns.front().cells.size();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c].text || std::any_of(columns[c].cells.begin(), columns[c].cells.end(), begins_as_number))
      return columns.size();
    std::size_t groups = rows == 0 ? 0 : 1;
    for (std::size_t r = 1; r < rows; ++r) groups += columns[c].cells[r] != columns[c].cells[r - 1];
    if (groups == distinct(columns[c].cells) && 2 * groups <= rows) return c;
  }
  return columns.size();
}

/// "horizon = 20, discount = 0": the first columns of a row in words.
std::string in_words(const std::vector<Shown>& columns, std::size_t first_columns, std::size_t row) {
  std::string words;
  for (std::size_t c = 0; c < first_columns; ++c)
    words += (c == 0 ? "" : ", ") + columns[c].name + " = " + columns[c].cells[row];
  return words;
}

/// The fewest columns from the left which, as headings of blocks of several rows, leave what fits; the headings.
std::vector<std::string> lift_first_columns(std::vector<Shown>& columns, std::size_t rows, std::size_t width) {
  for (std::size_t lifted = 1; lifted + 1 < columns.size(); ++lifted) {
    const std::vector<Shown> rest(columns.begin() + static_cast<std::ptrdiff_t>(lifted), columns.end());
    if (width_of(rest) > width) continue;
    std::vector<std::string> headings;
    std::size_t blocks = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      headings.push_back(in_words(columns, lifted, row));
      blocks += row == 0 || headings[row] != headings[row - 1];
    }
    if (2 * blocks > rows) return {};
    columns = rest;
    return headings;
  }
  return {};
}

/// Whether a table is read for this column.
bool is_answer(const Shown& column) {
  constexpr std::array<std::string_view, 3> answers = {"conclusion", "verdict", "answer"};
  return std::find(answers.begin(), answers.end(), column.name) != answers.end();
}

/// The columns that fit, from the left, and the answer; the names of the others.
std::vector<std::string> drop_columns(std::vector<Shown>& columns, std::size_t width) {
  std::vector<std::string> dropped;
  while (columns.size() > 1 && width_of(columns) > width) {
    const auto last = std::find_if_not(columns.rbegin(), columns.rend() - 1, is_answer);
    const auto place = last == columns.rend() - 1 ? columns.end() - 1 : last.base() - 1;
    dropped.insert(dropped.begin(), place->name);
    columns.erase(place);
  }
  if (width_of(columns) > width)
    for (std::string& cell : columns.front().cells) cell = shortened(cell, width);
  return dropped;
}

void print_fitting(const Table& table, std::size_t rows, const TableView& view, std::size_t width, std::ostream& out) {
  std::vector<Shown> columns = shown_columns(table, rows, view.units);
  join_errors(table, rows, columns);
  if (width_of(columns) > width) {
    for (Shown& column : columns) break_head(column);
  }
  if (width_of(columns) > width) print_constants(lift_constants(columns), width, out);
  Shown group;
  if (width_of(columns) > width) {
    if (const std::size_t c = grouping_column(columns); c < columns.size()) {
      group = columns[c];
      columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(c));
    }
  }
  const std::size_t left = width - (group.cells.empty() ? 0 : gap);
  for (const std::size_t longest : longest_texts)
    if (width_of(columns) > left) cut_texts(columns, longest);
  if (width_of(columns) > left && group.cells.empty()) group.cells = lift_first_columns(columns, rows, width - gap);
  const std::vector<std::string> dropped = drop_columns(columns, left);
  const std::string indent = group.cells.empty() ? "" : std::string(gap, ' ');
  if (group.cells.empty()) {
    print_columns(columns, 0, rows, indent, out);
  } else {
    for (std::size_t first = 0, end = 0; first < rows; first = end) {
      while (end < rows && group.cells[end] == group.cells[first]) ++end;
      print_columns(columns, first, end, indent, out, folded(group.cells[first], width));
    }
  }
  if (!dropped.empty())
    out << folded(fmt::format("{} more column{} (a wider screen, CSV and `show --wide` have them): {}", dropped.size(),
                              dropped.size() == 1 ? "" : "s", fmt::join(dropped, ", ")),
                  width)
        << '\n';
}

}  // namespace

void print(const Table& table, const TableView& view, std::ostream& out) {
  const std::size_t rows = view.rows == 0 ? table.rows() : std::min(view.rows, table.rows());
  const std::size_t width = view.width == 0 ? screen_width() : view.width;
  std::vector<Shown> columns = shown_columns(table, rows, view.units);
  if (view.wide || columns.empty() || width_of(columns) <= width)
    print_columns(columns, 0, rows, "", out);
  else
    print_fitting(table, rows, view, width, out);
  if (rows < table.rows()) out << fmt::format("... and {} more rows\n", table.rows() - rows);
}

void print(const Table& table, TableFormat format, std::ostream& out, std::size_t rows) {
  switch (format) {
    case TableFormat::table:
      print(table, TableView{.rows = rows}, out);
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
