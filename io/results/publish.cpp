#include "io/results/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/numeric/errors.hpp"
#include "io/results/detail/content_writer.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {
namespace {

/// Parts say there who computed them; the result keeps it.
constexpr std::string_view runtime_of_parts = "/runtime/parts";

/// Tables that every file writes for itself; all others in a part are rows of the study.
bool belongs_to_file(const std::string& path) {
  for (const std::string_view own : {"/study", "/evidence", "/runtime"}) {
    if (path == own || (path.starts_with(own) && path[own.size()] == '/')) return true;
  }
  return false;
}

void append_rows(detail::ContentWriter& writer, const PartName& name, const FileHeader& header) {
  const ResultFile part(name.file);
  const BlockRange& blocks = part.header().blocks;
  if (!same_study(part.header(), header) || blocks.first != name.first_block || blocks.last != name.last_block) {
    throw StorageFailure(explain(fmt::format("cannot join the rows of '{}'", name.file),
                                 "it belongs to another study, evidence, seed, program or range of blocks",
                                 "leave it out, or run its blocks again"));
  }
  for (const TableInfo& table : part.tables()) {
    if (belongs_to_file(table.path) && table.path != runtime_of_parts) continue;
    try {
      part.for_each_chunk(table.path, detail::chunk_rows,
                          [&writer](const Table& rows, std::int64_t) { writer.append(rows); });
    } catch (const InternalError& error) {
      throw StorageFailure(explain(fmt::format("cannot join the rows of '{}'", name.file), error.what(),
                                   "leave it out, or run its blocks again"));
    }
  }
}

}  // namespace

std::string publish_result(const std::filesystem::path& path, const ResultContent& content, Existing existing) {
  const detail::LibraryGuard guard;
  std::set<std::string> paths;
  for (const Table& table : content.tables) {
    if (!paths.insert(table.path).second || belongs_to_file(table.path)) {
      throw InternalError(fmt::format("cannot write table {} twice (its path is taken)", table.path));
    }
  }
  detail::ContentWriter writer(path, content.header, existing);
  for (const Table& table : content.tables) writer.append(table);
  std::vector<const PartName*> parts;
  for (const PartName& part : content.parts) parts.push_back(&part);
  std::sort(parts.begin(), parts.end(),
            [](const PartName* one, const PartName* other) { return one->first_block < other->first_block; });
  for (const PartName* part : parts) append_rows(writer, *part, content.header);
  writer.write_tallies(content.tallies);
  if (!content.runtime.columns.empty()) writer.append(content.runtime);
  return writer.publish();
}

}  // namespace vcohort
