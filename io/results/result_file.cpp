#include "io/results/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/numeric/errors.hpp"
#include "io/results/column_of.hpp"
#include "io/results/detail/contents.hpp"
#include "io/results/detail/dataset_reader.hpp"
#include "io/results/detail/limbs.hpp"
#include "io/results/detail/seal.hpp"

namespace vcohort {
namespace {

using detail::Attribute;
using detail::Contents;
using detail::Object;
using detail::ValueType;

ColumnValues no_values(ValueType type) {
  switch (type) {
    case ValueType::int64:
      return std::vector<std::int64_t>{};
    case ValueType::float64:
      return std::vector<double>{};
    case ValueType::truth:
      return std::vector<Truth>{};
    case ValueType::text:
      break;
  }
  return std::vector<std::string>{};
}

std::string required_text(const Contents& contents, const Object& object, std::string_view name) {
  const std::string* text = object.text(name);
  if (text == nullptr) {
    detail::fail(contents.context(), fmt::format("read attribute {} of {}", name, object.path),
                 "it is missing or no text");
  }
  return *text;
}

std::int64_t required_number(const Contents& contents, std::string_view name) {
  const Attribute* found = contents.objects().front().attribute(name);
  const auto* numbers = found == nullptr ? nullptr : std::get_if<std::vector<std::int64_t>>(&found->values);
  if (numbers == nullptr || numbers->size() != 1) {
    detail::fail(contents.context(), fmt::format("read attribute {} of /", name), "it is missing or no whole number");
  }
  return numbers->front();
}

/// A group with the attribute `columns` is a table; all of it must be there.
std::vector<TableInfo> find_tables(const Contents& contents) {
  std::vector<TableInfo> tables;
  for (const Object& group : contents.objects()) {
    const Attribute* names = group.attribute("columns");
    if (group.kind != Object::Kind::group || names == nullptr) continue;
    const std::string what = fmt::format("read table {}", group.path);
    const auto* columns = std::get_if<std::vector<std::string>>(&names->values);
    if (columns == nullptr || columns->empty()) detail::fail(contents.context(), what, "its columns have no names");
    TableInfo table{group.path, required_text(contents, group, "description"), 0, {}};
    for (const auto& name : *columns) {
      const Object* dataset = contents.find(group.path + "/" + name);
      if (dataset == nullptr || dataset->kind != Object::Kind::dataset) {
        detail::fail(contents.context(), what, fmt::format("its column {} is missing", name));
      }
      if (table.columns.empty()) table.rows = dataset->rows;
      if (dataset->rows != table.rows) detail::fail(contents.context(), what, "its columns differ in length");
      table.columns.push_back({name, required_text(contents, *dataset, "units"),
                               required_text(contents, *dataset, "description"), no_values(dataset->type)});
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

/// This major version, and no minor version that came later: a newer file may mean what this program cannot know.
void check_version(const Contents& contents) {
  const Object& root = contents.objects().front();
  const std::string* format = root.text("format");
  if (format == nullptr || *format != result_format) {
    detail::fail(contents.context(), "read a result", "the attribute format does not say vcohort-result");
  }
  const auto parse = [](std::string_view text, int& major, int& minor) {
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, major);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return false;
    const auto second = std::from_chars(first.ptr + 1, end, minor);
    return second.ec == std::errc{} && second.ptr == end && major >= 0 && minor >= 0;
  };
  int major = 0, minor = 0, our_major = 0, our_minor = 0;
  parse(result_format_version, our_major, our_minor);
  const std::string version = required_text(contents, root, "format_version");
  if (!parse(version, major, minor))
    detail::fail(contents.context(), "read a result", "its format_version is no version");
  if (major != our_major || minor > our_minor) {
    throw StorageFailure(explain(fmt::format("cannot read '{}'", contents.context().file.string()),
                                 fmt::format("its format is {}, this program knows {}", version, result_format_version),
                                 "read it with the version of vcohort that wrote it, or a newer one"));
  }
}

}  // namespace

struct ResultFile::State {
  Contents contents;
  std::vector<TableInfo> tables;  // of tallies too
  std::vector<TableInfo> shown;
  FileHeader header;
  std::string digest;
};

namespace {

Table read_rows(const TableInfo& info, const std::vector<detail::DatasetReader>& readers, std::int64_t first,
                std::int64_t count) {
  Table table{info.path, info.description, {}};
  for (std::size_t index = 0; index < readers.size(); ++index) {
    const Column& column = info.columns[index];
    table.columns.push_back({column.name, column.units, column.description, readers[index].read(first, count)});
  }
  return table;
}

std::vector<detail::DatasetReader> readers_of(const Contents& contents, const TableInfo& info) {
  std::vector<detail::DatasetReader> readers;
  for (const Column& column : info.columns)
    readers.emplace_back(contents, *contents.find(info.path + "/" + column.name));
  return readers;
}

const TableInfo* find_in(const std::vector<TableInfo>& tables, std::string_view path) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const TableInfo& table) {
    return table.path == path || std::string_view(table.path).substr(1) == path;
  });
  return found == tables.end() ? nullptr : &*found;
}

Table read_whole(const Contents& contents, const std::vector<TableInfo>& tables, std::string_view path) {
  const TableInfo* info = find_in(tables, path);
  if (info == nullptr) detail::fail(contents.context(), fmt::format("read table {}", path), "there is no such table");
  return read_rows(*info, readers_of(contents, *info), 0, info->rows);
}

FileHeader read_header(const Contents& contents, const std::vector<TableInfo>& tables) {
  const Object& root = contents.objects().front();
  FileHeader header;
  header.engine_version = required_text(contents, root, "engine_version");
  header.git_revision = required_text(contents, root, "git_revision");
  header.seed = required_number(contents, "seed");
  header.study_sha256 = required_text(contents, root, "study_sha256");
  header.evidence_sha256 = required_text(contents, root, "evidence_sha256");
  const std::string status = required_text(contents, root, "status");
  if (status != "complete" && status != "part")
    detail::fail(contents.context(), "read a result", "its status is unknown");
  header.status = status == "complete" ? FileStatus::complete : FileStatus::part;
  header.blocks = {required_number(contents, "first_block"), required_number(contents, "last_block"),
                   required_number(contents, "total_blocks")};
  const BlockRange& blocks = header.blocks;
  if (blocks.first < 0 || blocks.last < blocks.first - 1 || blocks.last >= blocks.total) {
    detail::fail(contents.context(), "read a result", "its range of blocks is impossible");
  }
  if (required_text(contents, root, "rng") != result_generator) {
    detail::fail(contents.context(), "read a result", "its random number generator is unknown");
  }
  const Table study = read_whole(contents, tables, "/study");
  const auto& source = column_of<std::string>(study, "source");
  const auto& resolved = column_of<std::string>(study, "resolved");
  if (source.size() != 1) detail::fail(contents.context(), "read table /study", "it has not one row");
  header.study_source = source.front();
  header.study_resolved = resolved.front();
  if (sha256_hex(header.study_resolved) != header.study_sha256)
    detail::fail(contents.context(), "read table /study", "the resolved study is not that of the header");
  const Table evidence = read_whole(contents, tables, "/evidence");
  const auto& names = column_of<std::string>(evidence, "name");
  const auto& sources = column_of<std::string>(evidence, "source");
  for (std::size_t row = 0; row < names.size(); ++row) header.evidence.push_back({names[row], sources[row]});
  const Table purposes = read_whole(contents, tables, "/study/purposes");
  const auto& purpose_names = column_of<std::string>(purposes, "name");
  const auto& numbers = column_of<std::int64_t>(purposes, "number");
  for (std::size_t row = 0; row < numbers.size(); ++row) header.purposes.push_back({purpose_names[row], numbers[row]});
  return header;
}

bool is_tally(const std::string& path) {
  return path == detail::tallies_path || path.starts_with(std::string(detail::tallies_path) + "/");
}

}  // namespace

bool is_result(const std::filesystem::path& path) {
  return detail::has_seal(path);
}

ResultFile::ResultFile(const std::filesystem::path& path) {
  const detail::LibraryGuard guard;
  Contents contents = Contents::open(path);
  check_version(contents);
  std::vector<TableInfo> tables = find_tables(contents);
  FileHeader header = read_header(contents, tables);
  std::string digest = required_text(contents, contents.objects().front(), "content_digest");
  std::vector<TableInfo> shown;
  std::copy_if(tables.begin(), tables.end(), std::back_inserter(shown),
               [](const TableInfo& t) { return !is_tally(t.path); });
  state_ = std::make_unique<State>(
      State{std::move(contents), std::move(tables), std::move(shown), std::move(header), std::move(digest)});
}

ResultFile::~ResultFile() {
  const detail::LibraryGuard guard;
  state_.reset();
}

ResultFile::ResultFile(ResultFile&&) noexcept = default;

const std::filesystem::path& ResultFile::path() const {
  return state_->contents.context().file;
}
const FileHeader& ResultFile::header() const {
  return state_->header;
}
const std::string& ResultFile::content_digest() const {
  return state_->digest;
}
const std::vector<TableInfo>& ResultFile::tables() const {
  return state_->shown;
}
const TableInfo* ResultFile::find(std::string_view table) const {
  return find_in(state_->shown, table);
}
const detail::Contents& ResultFile::contents() const {
  return state_->contents;
}

Table ResultFile::read_table(std::string_view table) const {
  Table whole;
  const TableInfo* info = find(table);
  for_each_chunk(table, info == nullptr ? 1 : std::max<std::int64_t>(info->rows, 1),
                 [&whole](const Table& rows, std::int64_t) { whole = rows; });
  return whole;
}

Table ResultFile::read_first_rows(std::string_view table, std::int64_t most) const {
  const TableInfo* info = find(table);
  if (info == nullptr || info->rows <= most) return read_table(table);
  const detail::LibraryGuard guard;
  return read_rows(*info, readers_of(state_->contents, *info), 0, most);
}

void ResultFile::for_each_chunk(std::string_view table, std::int64_t rows,
                                const std::function<void(const Table&, std::int64_t)>& use) const {
  const TableInfo* info = find(table);
  if (info == nullptr) {
    std::string names;
    for (const TableInfo& other : state_->shown) names += (names.empty() ? "" : ", ") + other.path.substr(1);
    throw StorageFailure(
        explain(fmt::format("no table '{}' in '{}'", table, path().string()), "it has " + names, "name one of them"));
  }
  if (rows < 1) throw InternalError("cannot read a table in chunks (a chunk has no rows)");
  const detail::LibraryGuard guard;
  const auto readers = readers_of(state_->contents, *info);
  std::int64_t first = 0;
  do {
    const std::int64_t count = std::min(rows, info->rows - first);
    use(read_rows(*info, readers, first, count), first);
    first += count;
  } while (first < info->rows);
}

std::vector<NamedTally> ResultFile::tallies() const {
  const detail::LibraryGuard guard;
  const Contents& contents = state_->contents;
  const auto table = [&](const char* path) { return read_whole(contents, state_->tables, path); };
  try {
    return detail::tallies_from(table(detail::tallies_path), table(detail::counts_path), table(detail::sums_path));
  } catch (const InvalidInput& error) {
    detail::fail(contents.context(), "read the tallies", error.what());
  }
}

}  // namespace vcohort
