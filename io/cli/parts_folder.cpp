#include "io/cli/parts_folder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/numeric/errors.hpp"
#include "io/console/log.hpp"
#include "io/results/damaged_file.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

/// Renames a part so that no run takes it for one; the bytes stay, for whoever wants to know what happened.
void set_aside(const std::filesystem::path& path, const std::string& why, const std::string& ending) {
  auto aside = path;
  aside += ending;
  std::error_code failure;
  std::filesystem::rename(path, aside, failure);
  if (failure && failure != std::errc::no_such_file_or_directory)
    throw StorageFailure(explain(fmt::format("cannot set '{}' aside", path.string()), failure.message(),
                                 "delete it, then run again with --resume"));
  log_notice(fmt::format("set aside as {}: {}", aside.filename().string(), why));
}

/// True for a whole part of this study; a damaged one is set aside.
bool is_whole(const PartName& name, const FileHeader& study) {
  try {
    const ResultFile file(name.file);
    if (const std::string why = difference(file.header(), study); !why.empty())
      throw StorageFailure(explain(fmt::format("'{}' belongs to another run", name.file), why,
                                   "begin again with --overwrite, or name another output"));
    const BlockRange& blocks = file.header().blocks;
    if (blocks.first == name.first_block && blocks.last == name.last_block) return true;
    set_aside(name.path(), fmt::format("it covers blocks {} to {}, not those of its name", blocks.first, blocks.last),
              ".damaged");
  } catch (const DamagedFile& damage) {
    set_aside(name.path(), damage.what(), ".damaged");
  }
  return false;
}

std::int64_t size_of(const PartName& part) {
  return part.last_block - part.first_block + 1;
}

}  // namespace

std::filesystem::path parts_folder(const std::filesystem::path& output) {
  return output.string() + ".parts";
}

std::vector<std::string> paths_of(const std::vector<PartName>& parts) {
  std::vector<std::string> paths;
  for (const PartName& part : parts) paths.push_back(part.file);
  return paths;
}

std::vector<PartName> parts_with(const std::filesystem::path& folder, BlockSpan wanted) {
  std::vector<PartName> parts = list_parts(folder);
  std::erase_if(parts,
                [&](const PartName& part) { return part.last_block < wanted.first || part.first_block >= wanted.end; });
  return parts;
}

FoundBlocks take_up(const std::filesystem::path& folder, const FileHeader& study, BlockSpan wanted) {
  FoundBlocks found;
  for (const PartName& part : parts_with(folder, wanted)) {
    if (!is_whole(part, study)) continue;
    const bool overlaps = !found.parts.empty() && part.first_block <= found.parts.back().last_block;
    if (!overlaps) {
      found.parts.push_back(part);
      continue;
    }
    const bool later_is_larger = size_of(part) > size_of(found.parts.back());
    set_aside(later_is_larger ? found.parts.back().path() : part.path(), "another part covers some of its blocks",
              ".overlapping");
    if (later_is_larger) found.parts.back() = part;
  }
  std::int64_t next = wanted.first;
  for (const PartName& part : found.parts) {
    if (part.first_block > next) found.missing.push_back({next, part.first_block});
    next = part.last_block + 1;
  }
  if (next < wanted.end) found.missing.push_back({next, wanted.end});
  return found;
}

void begin_again(const std::filesystem::path& folder, BlockSpan wanted) {
  for (const PartName& part : parts_with(folder, wanted)) {
    std::error_code failure;
    std::filesystem::remove(part.file, failure);
    if (failure)
      throw StorageFailure(explain(fmt::format("cannot delete '{}'", part.file), failure.message(),
                                   "check the permissions of its folder"));
  }
}

}  // namespace vcohort
