#include "io/data/csv_rows.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <set>

#include "engine/numeric/errors.hpp"
#include "io/files/limited_input.hpp"
#include "io/files/read_bytes.hpp"

namespace vcohort {

namespace {

std::string_view name_of(char separator) {
  return separator == ';' ? "semicolons" : separator == '\t' ? "tabs" : "commas";
}

/// What separates the fields of a header.
char separator_of(std::string_view header) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char separator : {',', ';', '\t'}) {
    bool quoted = false;
    const std::ptrdiff_t found = std::count_if(header.begin(), header.end(), [&](char letter) {
      if (letter == '"') quoted = !quoted;
      return letter == separator && !quoted;
    });
    if (found <= most) continue;
    most = found;
    best = separator;
  }
  return best;
}

/// Collects the fields of a record as libcsv finds them, and hands records on. libcsv is C, through which no exception
/// may pass: records are handed on once it has returned.
class Collector {
 public:
  std::string file_name;
  CsvRow row;
  std::int64_t line = 1;  // that is parsed
  std::size_t fields = 0;
  bool finished = false;

  void add(const char* text, std::size_t length) {
    if (fields < row.fields.size())
      row.fields[fields].assign(text, length);
    else
      row.fields.emplace_back(text, length);
    ++fields;
  }

  [[noreturn]] void refuse(std::int64_t at, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(fmt::format("{}:{}:1: {}", file_name, at, explain(problem, why, what_to_do)));
  }
};

void on_field(void* text, std::size_t length, void* collector) {
  static_cast<Collector*>(collector)->add(static_cast<const char*>(text), length);
}

void on_record(int, void* collector) {
  static_cast<Collector*>(collector)->finished = true;
}

/// Frees the parser's memory however parsing ends.
struct Parser {
  csv_parser state{};
  Parser() {
    if (csv_init(&state, CSV_STRICT | CSV_STRICT_FINI) != 0) throw InternalError("libcsv cannot start");
    csv_set_blk_size(&state, 1U << 16);  // by itself a text grows 128 bytes at a time, and may be copied each time
  }
  ~Parser() { csv_free(&state); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

/// Checks a finished record and hands it on.
class Delivery {
 public:
  Delivery(Collector& collector, const std::function<void(const CsvRow&)>& on_header,
           const std::function<void(CsvRow&)>& on_row)
      : collector_(collector), on_header_(on_header), on_row_(on_row) {}

  void deliver() {
    CsvRow& row = collector_.row;
    const bool blank = collector_.fields == 0 || (collector_.fields == 1 && row.fields.front().empty());
    row.fields.resize(collector_.fields);
    row.one_line = row.line == collector_.line;
    if (!blank && columns_ == 0) {
      const std::set<std::string> names(row.fields.begin(), row.fields.end());
      if (names.size() != row.fields.size())
        collector_.refuse(row.line, "two columns have the same name", "a column is known by its name",
                          "rename one of them");
      columns_ = row.fields.size();
      on_header_(row);
    } else if (!blank) {
      if (row.fields.size() != columns_) refuse_length();
      on_row_(row);
      ++rows_;
    }
    collector_.fields = 0;
    collector_.finished = false;
  }

  void require_rows(std::string_view what_a_row_is) const {
    if (columns_ == 0)
      collector_.refuse(1, "the file is empty", "a table begins with the names of its columns",
                        "give a header line and rows");
    if (rows_ == 0)
      collector_.refuse(1, "the table has no rows", "", fmt::format("give one row per {}", what_a_row_is));
  }

 private:
  /// R's write.table gives row names no column in the header. It quotes them; between tabs and semicolons, where no
  /// decimal comma adds a field, they need no quotes to be known.
  [[noreturn]] void refuse_length() const {
    const CsvRow& row = collector_.row;
    const bool comma = row.separator == ',';
    const bool row_names = rows_ == 0 && row.fields.size() == columns_ + 1 && !row.fields.front().empty() &&
                           !row.fields.back().empty() && (!comma || row.text.starts_with('"'));
    const std::string problem = fmt::format("this row has {} fields", row.fields.size());
    if (row_names)
      collector_.refuse(row.line, problem,
                        fmt::format("the header has {}: the first field looks like a row name of R", columns_),
                        "write the file without them, by write.table(..., row.names = FALSE), or give them a column, "
                        "by col.names = NA");
    collector_.refuse(row.line, problem, fmt::format("the header has {}", columns_),
                      fmt::format("add or remove {}, or quote a text that holds one{}", name_of(row.separator),
                                  comma ? "; write decimals with a point" : ""));
  }

  Collector& collector_;
  const std::function<void(const CsvRow&)>& on_header_;
  const std::function<void(CsvRow&)>& on_row_;
  std::size_t columns_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool has_decimal_comma(std::string_view text) {
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  return with_point != text && number_in(with_point);
}

std::int64_t CsvRow::place(std::size_t field) const {
  if (!one_line) return 1;
  bool quoted = false;
  std::size_t passed = 0;
  std::size_t at = 0;
  for (; at < text.size() && passed < field; ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == separator && !quoted) ++passed;
  }
  return passed == field && !quoted ? static_cast<std::int64_t>(at) + 1 : 1;
}

void read_csv_rows(std::istream& in, const std::string& file_name, std::string_view what_a_row_is,
                   const std::function<void(const CsvRow&)>& on_header, const std::function<void(CsvRow&)>& on_row) {
  Collector collector;
  collector.file_name = file_name;
  Delivery delivery(collector, on_header, on_row);
  Parser parser;
  // Line by line, so that a message can name the line; a quoted text may go over several.
  std::string& text = collector.row.text;
  LimitedInput lines(in, file_name, largest_data, longest_csv_record);
  std::size_t record = 0;  // bytes of it so far
  bool begun = false;      // whether the header has been seen
  while (std::getline(lines, text)) {
    if (!lines.eof()) text += '\n';
    if (collector.line == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.find('\0') != std::string::npos)
      collector.refuse(collector.line, "a zero byte", "this is no text", "save the table as CSV in UTF-8");
    if (collector.fields == 0 && parser.state.entry_pos == 0) {
      collector.row.line = collector.line;
      record = 0;
    }
    record += text.size();
    if (record > longest_csv_record)
      collector.refuse(collector.row.line, "a record is too long",
                       fmt::format("it has more than {} bytes", longest_csv_record), "is a quote never closed?");
    if (!begun && text.find_first_not_of("\r\n") != std::string::npos) {
      begun = true;
      collector.row.separator = separator_of(text);
      csv_set_delim(&parser.state, static_cast<unsigned char>(collector.row.separator));
    }
    // A lone carriage return ends a record inside the line; libcsv is fed up to each end of a record.
    std::string_view left = text;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find_first_of("\r\n"), left.size() - 1) + 1;
      if (csv_parse(&parser.state, left.data(), end, on_field, on_record, &collector) != end)
        collector.refuse(collector.line, "a quote inside a field", csv_strerror(csv_error(&parser.state)),
                         "double it, and put the field into quotes");
      if (collector.finished) delivery.deliver();
      left.remove_prefix(end);
    }
    ++collector.line;
  }
  lines.require_end();
  if (csv_fini(&parser.state, on_field, on_record, &collector) != 0)
    collector.refuse(collector.row.line, "a quote is never closed", "the file ends inside a quoted field", "close it");
  if (collector.finished) delivery.deliver();
  delivery.require_rows(what_a_row_is);
}

}  // namespace vcohort
