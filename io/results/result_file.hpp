#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/file_header.hpp"
#include "io/results/named_tally.hpp"

namespace vcohort {

namespace detail {
class Contents;
}

/// A table that lies in a file: everything but its rows.
struct TableInfo {
  std::string path;
  std::string description;
  std::int64_t rows = 0;
  std::vector<Column> columns;  // without values
};

/// Whether a regular file begins and ends as a result or part does, damaged or not: what --overwrite may replace.
bool is_result(const std::filesystem::path& path);

/// A result or a part, opened for reading. The constructor looks at every byte: a file that is damaged, cut off, or no
/// file of ours is a StorageFailure, as is one of a newer format. What was opened can be trusted.
class ResultFile {
 public:
  explicit ResultFile(const std::filesystem::path& path);
  ~ResultFile();
  ResultFile(ResultFile&&) noexcept;

  const std::filesystem::path& path() const;
  const FileHeader& header() const;
  const std::string& content_digest() const;  // as stated by the file, and checked

  /// All tables by path, those of the study and of the evidence included, tallies not.
  const std::vector<TableInfo>& tables() const;
  /// A leading slash may be left out. nullptr where there is no such table.
  const TableInfo* find(std::string_view table) const;

  /// StorageFailure where there is no such table; its message names those that are there.
  Table read_table(std::string_view table) const;
  /// The first rows of it, at most so many; the others are not read.
  Table read_first_rows(std::string_view table, std::int64_t most) const;

  /// Calls `use(chunk, first_row)` with `rows` rows at a time, in order; a table without rows gives one empty chunk.
  /// `use` must not wait for another thread that reads or writes files: one thread at a time may.
  void for_each_chunk(std::string_view table, std::int64_t rows,
                      const std::function<void(const Table&, std::int64_t)>& use) const;

  std::vector<NamedTally> tallies() const;

  const detail::Contents& contents() const;  // for io/results only

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vcohort
