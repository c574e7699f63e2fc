#include "io/results/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "engine/numeric/errors.hpp"
#include "io/results/damaged_file.hpp"
#include "io/results/detail/content_writer.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {
namespace {

constexpr std::string_view name_begin = "blocks-";
constexpr std::string_view name_end = ".h5";

std::filesystem::path name_of(const BlockRange& blocks) {
  return fmt::format("{}{:012}-{:012}{}", name_begin, blocks.first, blocks.last, name_end);
}

std::optional<PartName> parse_name(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::string_view text = name;
  if (!text.starts_with(name_begin) || !text.ends_with(name_end)) return std::nullopt;
  text = text.substr(name_begin.size(), text.size() - name_begin.size() - name_end.size());
  PartName part{path.string(), 0, 0};
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, part.first_block);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, end, part.last_block);
  if (last.ec != std::errc{} || last.ptr != end || part.last_block < part.first_block) return std::nullopt;
  return part;
}

bool by_blocks(const PartName& one, const PartName& other) {
  return std::pair(one.first_block, one.last_block) < std::pair(other.first_block, other.last_block);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw StorageFailure(explain(fmt::format("cannot make the folder '{}'", folder.string()), error.message(),
                                 "check the permissions of the folder above it"));
  }
}

/// The tallies of parts, added up by question and scenario.
class TallySums {
 public:
  void add(const NamedTally& named, const std::string& path) {
    const auto [place, is_new] = place_.try_emplace({named.question, named.scenario}, sums_.size());
    if (is_new) {
      sums_.push_back(named);
      return;
    }
    Tally& tally = sums_[place->second].tally;
    if (tally.counts.size() != named.tally.counts.size() || tally.sums.size() != named.tally.sums.size()) {
      throw StorageFailure(
          explain(fmt::format("cannot combine '{}' with the other parts", path),
                  fmt::format("its tally of {} under {} has another size", named.question, named.scenario),
                  "run its blocks again with the program that wrote the others"));
    }
    tally.add(named.tally);
  }

  /// In the order of their names.
  std::vector<NamedTally> take() {
    std::sort(sums_.begin(), sums_.end(), [](const NamedTally& a, const NamedTally& b) {
      return std::pair(a.question, a.scenario) < std::pair(b.question, b.scenario);
    });
    return std::move(sums_);
  }

 private:
  std::vector<NamedTally> sums_;
  std::map<std::pair<std::string, std::string>, std::size_t> place_;
};

void require_range(const BlockRange& blocks) {
  if (blocks.first < 0 || blocks.last < blocks.first || blocks.last >= blocks.total)
    throw InternalError(fmt::format("cannot write a part (blocks {} to {} of {} are no range)", blocks.first,
                                    blocks.last, blocks.total));
}

}  // namespace

struct PartWriter::State {
  State(std::filesystem::path file, const FileHeader& header)
      : path(std::move(file)), writer(path, header, Existing::overwrite) {}

  std::filesystem::path path;
  detail::ContentWriter writer;
};

PartWriter::PartWriter(const std::filesystem::path& folder, FileHeader header, BlockRange blocks) {
  const detail::LibraryGuard guard;
  require_range(blocks);
  header.status = FileStatus::part;
  header.blocks = blocks;
  make_folder(folder);
  state_ = std::make_unique<State>(folder / name_of(blocks), header);
}

void PartWriter::cover(BlockRange blocks) {
  const detail::LibraryGuard guard;
  require_range(blocks);
  state_->path = state_->path.parent_path() / name_of(blocks);
  state_->writer.cover(blocks, state_->path);
}

PartWriter::~PartWriter() {
  const detail::LibraryGuard guard;
  state_.reset();
}

PartWriter::PartWriter(PartWriter&&) noexcept = default;

void PartWriter::append(const Table& rows) {
  const detail::LibraryGuard guard;
  state_->writer.append(rows);
}

std::filesystem::path PartWriter::finish(const std::vector<NamedTally>& tallies, const Table& runtime) {
  const detail::LibraryGuard guard;
  if (!runtime.columns.empty()) state_->writer.append(runtime);
  state_->writer.write_tallies(tallies);
  state_->writer.publish();
  return state_->path;
}

Part read_part(const std::filesystem::path& path) {
  const ResultFile file(path);
  return {path, file.header(), file.tallies(), file.content_digest()};
}

std::vector<PartName> list_parts(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<PartName> parts;
  std::filesystem::directory_iterator files(folder, error);
  if (error == std::errc::no_such_file_or_directory) return parts;
  for (const std::filesystem::directory_iterator end; !error && files != end; files.increment(error)) {
    if (auto part = parse_name(files->path())) parts.push_back(std::move(*part));
  }
  if (error) {
    throw StorageFailure(explain(fmt::format("cannot list the parts in '{}'", folder.string()), error.message(),
                                 "check that it is a folder that you may read"));
  }
  std::sort(parts.begin(), parts.end(), by_blocks);
  return parts;
}

CombinedParts combine_parts(const std::vector<std::string>& paths) {
  if (paths.empty()) throw StorageFailure("cannot combine parts (none was given) Name at least one part.");
  CombinedParts combined;
  TallySums tallies;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> by_range;  // index of the part
  std::string damaged;
  for (const auto& path : paths) {
    Part part;
    try {
      part = read_part(path);
    } catch (const DamagedFile& damage) {
      damaged += (damaged.empty() ? "" : "\n") + std::string(damage.what());
      continue;
    }
    if (part.header.status != FileStatus::part)
      throw StorageFailure(explain(fmt::format("'{}' is no part", path),
                                   "it is a finished result, whose rows would double",
                                   "name the parts that it was made from; to extend it, use `vcohort run --grow`"));
    if (combined.parts.empty()) combined.header = part.header;
    if (const std::string why = difference(combined.header, part.header); !why.empty()) {
      throw StorageFailure(explain(fmt::format("cannot combine '{}' with '{}'", path, combined.parts.front().file), why,
                                   "Combine only parts of one study and one program."));
    }
    const auto [before, first_of_range] =
        by_range.try_emplace({part.header.blocks.first, part.header.blocks.last}, combined.parts.size());
    if (!first_of_range) {
      const std::string& other = combined.parts[before->second].file;
      if (ResultFile(other).content_digest() != part.content_digest) {
        throw StorageFailure(
            explain(fmt::format("cannot combine '{}' with '{}'", path, other),
                    "they cover the same blocks with different contents",
                    "One of them is wrong: run their blocks again, and keep both for a report of this fault."));
      }
      combined.repeated.push_back(path);
      continue;
    }
    combined.parts.push_back({path, part.header.blocks.first, part.header.blocks.last});
    for (const NamedTally& named : part.tallies) tallies.add(named, path);
  }
  if (!damaged.empty()) throw DamagedFile(damaged);
  std::sort(combined.parts.begin(), combined.parts.end(), by_blocks);
  combined.tallies = tallies.take();
  const std::int64_t total = combined.header.blocks.total;
  std::int64_t next = 0;
  const PartName* before = nullptr;
  for (const PartName& part : combined.parts) {
    if (before != nullptr && part.first_block < next) {
      throw StorageFailure(explain(fmt::format("cannot combine '{}' with '{}'", part.file, before->file),
                                   fmt::format("they cover the same blocks, {} to {}", part.first_block,
                                               std::min(part.last_block, before->last_block)),
                                   "leave one of them out, or let `vcohort run ... --resume` set one aside"));
    }
    if (part.first_block > next) combined.missing.push_back({next, part.first_block - 1, total});
    next = part.last_block + 1;
    before = &part;
  }
  if (next < total) combined.missing.push_back({next, total - 1, total});
  combined.header.blocks = {0, total - 1, total};
  combined.header.status = combined.missing.empty() ? FileStatus::complete : FileStatus::part;
  return combined;
}

}  // namespace vcohort
