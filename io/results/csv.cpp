#include "io/results/csv.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "engine/numeric/errors.hpp"
#include "io/results/result_file.hpp"
#include "io/results/shown_value.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {
namespace {

constexpr std::int64_t rows_at_once = 16384;

/// The longest shortest decimal of a double has 24 characters, that of an int64 has 20.
using NumberText = std::array<char, 32>;

template <class Number>
std::string_view decimal(Number number, NumberText& buffer) {
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
}

void append(std::string& line, std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (plain) {
    line += text;
    return;
  }
  line += '"';
  for (const char character : text) {
    if (character == '"') line += '"';
    line += character;
  }
  line += '"';
}

void append(std::string& line, double number) {
  NumberText buffer;
  line += std::isnan(number) ? std::string_view("NA") : decimal(number, buffer);
}

void append(std::string& line, std::int64_t number) {
  NumberText buffer;
  line += decimal(number, buffer);
}

void append(std::string& line, Truth truth) {
  line += truth.value != 0 ? "true" : "false";
}

void write_header(const std::vector<Column>& columns, std::ostream& out) {
  std::string line;
  for (std::size_t index = 0; index < columns.size(); ++index) {
    if (index > 0) line += ',';
    append(line, columns[index].name);
  }
  out << line << '\n';
}

void write_rows(const Table& table, std::ostream& out) {
  std::string line;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    line.clear();
    for (std::size_t index = 0; index < table.columns.size(); ++index) {
      if (index > 0) line += ',';
      std::visit([&](const auto& values) { append(line, values[row]); }, table.columns[index].values);
    }
    line += '\n';
    out.write(line.data(), static_cast<std::streamsize>(line.size()));
  }
}

void require_good(const std::ostream& out) {
  if (!out) throw StorageFailure("cannot write the table (the output is full or closed) check where it goes");
}

}  // namespace

std::string shown_value(const ColumnValues& values, std::size_t row) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&values)) return (*texts)[row];
  std::string text;
  std::visit([&](const auto& entries) { append(text, entries[row]); }, values);
  return text;
}

void write_csv(const Table& table, std::ostream& out) {
  write_header(table.columns, out);
  write_rows(table, out);
  out.flush();
  require_good(out);
}

void write_csv(const ResultFile& file, std::string_view table, std::ostream& out) {
  const SweptValues swept(file);
  file.for_each_chunk(table, rows_at_once, [&](Table rows, std::int64_t first) {
    swept.put_before(rows);
    if (first == 0) write_header(rows.columns, out);
    write_rows(rows, out);
    require_good(out);
  });
  out.flush();
  require_good(out);
}

}  // namespace vcohort
