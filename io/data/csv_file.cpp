#include "io/data/csv_file.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/numeric/errors.hpp"
#include "io/study/problems.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

/// Collects fields and records as libcsv finds them.
struct Collector {
  CsvFile file;
  std::vector<std::string> record;
  std::int64_t line = 1;         // of the byte that is parsed
  std::int64_t record_line = 1;  // where the record began

  [[noreturn]] void refuse(std::int64_t at, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(fmt::format("{}:{}:1: {}", file.name, at, explain(problem, why, what_to_do)));
  }

  void end_record() {
    const bool blank = record.empty() || (record.size() == 1 && record.front().empty());
    if (file.header.empty() && !blank) {
      file.header = std::move(record);
      const std::set<std::string> names(file.header.begin(), file.header.end());
      if (names.size() != file.header.size())
        refuse(record_line, "two columns have the same name", "a column is known by its name", "rename one of them");
    } else if (!blank) {
      if (record.size() != file.header.size())
        refuse(record_line, fmt::format("this row has {} fields", record.size()),
               fmt::format("the header has {}", file.header.size()),
               "add or remove commas, or quote a text that holds one");
      file.rows.push_back(std::move(record));
      file.line.push_back(record_line);
    }
    record.clear();
  }
};

void on_field(void* text, std::size_t length, void* collector) {
  static_cast<Collector*>(collector)->record.emplace_back(static_cast<const char*>(text), length);
}

void on_record(int, void* collector) {
  static_cast<Collector*>(collector)->end_record();
}

/// Frees the parser's memory however parsing ends.
struct Parser {
  csv_parser state{};
  Parser() {
    if (csv_init(&state, CSV_STRICT | CSV_STRICT_FINI) != 0) throw InternalError("libcsv cannot start");
  }
  ~Parser() { csv_free(&state); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

}  // namespace

std::size_t CsvFile::column(std::string_view column_name, std::string_view wanted_by) const {
  const auto found = std::find(header.begin(), header.end(), column_name);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  const std::vector<std::string_view> names(header.begin(), header.end());
  throw InvalidInput(fmt::format("{}:1:1: {}", name,
                                 explain(fmt::format("there is no column {}", quoted(column_name)),
                                         fmt::format("{} names it", wanted_by), did_you_mean(column_name, names))));
}

CsvFile read_csv(std::string_view bytes, const std::string& file_name) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Collector collector;
  collector.file.name = file_name;
  if (const auto zero = bytes.find('\0'); zero != std::string_view::npos)
    collector.refuse(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(zero), '\n') + 1,
                     "a zero byte", "this is no text", "save the table as CSV in UTF-8");
  Parser parser;
  // Line by line, so that a message can name the line; a quoted text may go over several.
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    const std::string_view text = bytes.substr(0, end);
    if (collector.record.empty() && parser.state.entry_pos == 0) collector.record_line = collector.line;
    if (csv_parse(&parser.state, text.data(), text.size(), on_field, on_record, &collector) != text.size())
      collector.refuse(collector.line, "a quote inside a field", csv_strerror(csv_error(&parser.state)),
                       "double it, and put the field into quotes");
    ++collector.line;
    bytes.remove_prefix(end);
  }
  if (csv_fini(&parser.state, on_field, on_record, &collector) != 0)
    collector.refuse(collector.record_line, "a quote is never closed", "the file ends inside a quoted field",
                     "close it");
  if (collector.file.header.empty())
    collector.refuse(1, "the file is empty", "a table begins with the names of its columns",
                     "give a header line and rows");
  if (collector.file.rows.empty())
    collector.refuse(1, "the table has no rows", "", "give one row per patient and visit");
  return std::move(collector.file);
}

}  // namespace vcohort
