#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vcohort {

/// One record of a CSV file and where it stands.
struct CsvRow {
  std::vector<std::string> fields;
  std::int64_t line = 1;  // where it begins; the header is line 1
  std::string text;       // its last line, as it stands in the file
  bool one_line = true;   // whether that is all of it
  char separator = ',';   // of the file

  /// Byte of the line at which a field begins, from 1; 1 for a record that goes over several lines.
  std::int64_t place(std::size_t field) const;
};

/// The finite decimal number that a whole text is; nothing where it is none.
std::optional<double> number_in(std::string_view text);

/// Whether a text is a number but for a comma in the place of its point.
bool has_decimal_comma(std::string_view text);

/// What is wrong with such a text, and what to do.
inline constexpr const char* decimal_comma = "it has a decimal comma";
inline constexpr const char* write_points = "write decimals with a point, and thousands without a mark";

/// The most bytes of a line and of a record.
inline constexpr std::size_t longest_csv_record = std::size_t{1} << 24;

/// Reads a CSV table record by record, in memory that does not grow with the number of records: RFC 4180 with a header
/// line; UTF-8 with or without byte order mark, LF or CRLF; blank lines are passed over. Commas, semicolons or tabs
/// separate fields: whichever the header has most of. Calls `on_header` once, then
/// `on_row` for each row, which has as many fields as the header; the row may be changed but not kept. Throws
/// InvalidInput, with file and line, for bytes that are no such table or a record that is too long, and for a table
/// without rows (`what_a_row_is` completes "give one row per ..."); StorageFailure where the stream fails, and where it
/// has more than `largest_data` bytes or a line that is too long.
void read_csv_rows(std::istream& in, const std::string& file_name, std::string_view what_a_row_is,
                   const std::function<void(const CsvRow&)>& on_header, const std::function<void(CsvRow&)>& on_row);

}  // namespace vcohort
