#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vcohort {

/// A CSV file as texts: RFC 4180 with a header line; UTF-8 with or without byte order mark, LF or CRLF.
struct CsvFile {
  std::string name;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
  std::vector<std::int64_t> line;              // of each row, where it begins; the header is line 1

  /// Place of a column. Throws InvalidInput with a suggestion where there is none; `wanted_by` says who asks.
  std::size_t column(std::string_view column_name, std::string_view wanted_by) const;
};

/// Parses the bytes of a file. Throws InvalidInput, with file and line, for bytes that are no such table.
CsvFile read_csv(std::string_view bytes, const std::string& file_name);

}  // namespace vcohort
