#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/files/new_file.hpp"
#include "io/results/detail/steady_driver.hpp"
#include "io/results/detail/table_writer.hpp"
#include "io/results/file_header.hpp"
#include "io/results/named_tally.hpp"

namespace vcohort::detail {

/// Writes a result file or a part, which differ only in their status: header, tables in any order, tallies, digest,
/// seal.
class ContentWriter {
 public:
  ContentWriter(const std::filesystem::path& path, const FileHeader& header, Existing existing, Storage storage = {});
  ContentWriter(const ContentWriter&) = delete;
  ContentWriter& operator=(const ContentWriter&) = delete;

  /// Appends rows to the table of that path; its first call makes the table.
  void append(const Table& rows);
  void write_tallies(const std::vector<NamedTally>& tallies);

  /// Covers other blocks than the header said, under another name in the same folder.
  void cover(const BlockRange& blocks, const std::filesystem::path& path);

  /// Finishes every table, states the digest, closes, seals and renames. Returns the content digest.
  std::string publish();

 private:
  void write_header(const FileHeader& header);
  void require_space() const;

  NewFile destination_;  // this and the status outlive the open file
  WriteStatus status_;
  Context context_;
  Storage storage_;
  FileHandle file_;
  std::map<std::string, std::unique_ptr<TableWriter>> tables_;
};

}  // namespace vcohort::detail
