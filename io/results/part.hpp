#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/file_header.hpp"
#include "io/results/named_tally.hpp"
#include "io/results/part_name.hpp"

/// A part is a complete, self-checking file that covers a range of blocks: checkpoints, shards of a job array and ranks
/// all write parts, and any complete set of parts of one study gives the same result.
namespace vcohort {

/// Writes `blocks-<first>-<last>.h5` into a folder, which is made where it is missing. The part appears under that name
/// only when finish() returns: written, flushed, synced and renamed. Otherwise nothing is left behind. A part of the
/// same blocks that is already there is replaced. Errors are StorageFailure.
class PartWriter {
 public:
  PartWriter(const std::filesystem::path& folder, FileHeader header, BlockRange blocks);
  ~PartWriter();
  PartWriter(PartWriter&&) noexcept;

  /// Appends rows to the table of their path, in the order of blocks; as often as wished, in constant memory.
  void append(const Table& rows);

  /// The blocks that the part came to cover, where they are not those that were planned when it was opened.
  void cover(BlockRange blocks);

  /// Returns the path of the part. `runtime` is a table "/runtime" (host, times, threads), or left empty.
  std::filesystem::path finish(const std::vector<NamedTally>& tallies, const Table& runtime = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Part {
  std::filesystem::path path;
  FileHeader header;
  std::vector<NamedTally> tallies;
  std::string content_digest;
};

/// Reads and checks a part or a result. StorageFailure names what is damaged.
Part read_part(const std::filesystem::path& path);

/// The parts of a folder by their names, first block first. Nothing is opened; temporary and other files are passed
/// over. A folder that does not exist has no parts.
std::vector<PartName> list_parts(const std::filesystem::path& folder);

/// Parts that belong together: the tallies added up, the files in the order of blocks, and what is still missing.
struct CombinedParts {
  FileHeader header;  // complete, over all blocks; its status is `part` while blocks are missing
  std::vector<NamedTally> tallies;
  std::vector<PartName> parts;  // first block first
  std::vector<BlockRange> missing;
  std::vector<std::string> repeated;  // say what a part above says too: left out
};

/// Combines parts in any order, one open at a time. Of parts that cover the same range and have the same content digest
/// one is used: a task that was run twice does no harm. StorageFailure where one is a finished result,
/// belongs to another study, seed, evidence or program, or covers blocks that another covers too; DamagedFile names
/// every damaged part.
CombinedParts combine_parts(const std::vector<std::string>& paths);

}  // namespace vcohort
