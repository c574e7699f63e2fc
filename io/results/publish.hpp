#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/files/new_file.hpp"
#include "io/results/file_header.hpp"
#include "io/results/named_tally.hpp"
#include "io/results/part_name.hpp"

namespace vcohort {

/// All that goes into a result file.
struct ResultContent {
  FileHeader header;
  std::vector<Table> tables;        // each under its own path
  std::vector<NamedTally> tallies;  // kept, so that results can still be combined exactly
  std::vector<PartName> parts;      // their row tables are joined in the order of blocks, whatever the order here
  Table runtime;                    // "/runtime": host, times, threads; left out of the digest; may be empty
};

/// Writes a result: temporary name in the same folder, flush, sync, rename. The file appears whole or not at all, and
/// an existing one is refused or replaced in one step. Rows of parts are streamed in constant memory. Returns the
/// content digest. Errors are StorageFailure.
std::string publish_result(const std::filesystem::path& path, const ResultContent& content,
                           Existing existing = Existing::refuse);

}  // namespace vcohort
