#include "io/results/detail/table_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "engine/numeric/errors.hpp"

namespace vcohort::detail {
namespace {

using Texts = std::vector<std::string>;

/// Bytes of a value in the file; a column of texts is as wide as its longest.
std::size_t width_of(const ColumnValues& values) {
  if (std::holds_alternative<std::vector<Truth>>(values)) return 1;
  const auto* texts = std::get_if<Texts>(&values);
  if (texts == nullptr) return sizeof(double);
  std::size_t longest = 1;
  for (const auto& text : *texts) longest = std::max(longest, text.size());
  return longest;
}

TypeHandle stored_type(const ColumnValues& values, std::size_t width, const Context& context) {
  if (std::holds_alternative<Texts>(values)) return text_type(width, context);
  const hid_t type = std::holds_alternative<std::vector<double>>(values)         ? H5T_IEEE_F64LE
                     : std::holds_alternative<std::vector<std::int64_t>>(values) ? H5T_STD_I64LE
                                                                                 : H5T_STD_U8LE;
  return TypeHandle(check(H5Tcopy(type), context, "copy a type"));
}

std::vector<char> padded(std::span<const std::string> texts, std::size_t width, const Context& context) {
  std::vector<char> buffer(texts.size() * width, '\0');
  for (std::size_t index = 0; index < texts.size(); ++index) {
    if (texts[index].find('\0') != std::string::npos) {
      fail(context, fmt::format("write the text '{}'", texts[index].c_str()), "it contains a zero byte");
    }
    std::memcpy(buffer.data() + index * width, texts[index].data(), texts[index].size());
  }
  return buffer;
}

/// A power of two, so that `chunk_rows` is always a whole number of chunks; smaller where values are wide.
std::int64_t rows_per_chunk(std::size_t width) {
  constexpr std::size_t largest_chunk_bytes = std::size_t{1} << 20;
  const std::size_t rows = std::clamp<std::size_t>(largest_chunk_bytes / width, 1, chunk_rows);
  return static_cast<std::int64_t>(std::bit_floor(rows));
}

void check_layout(const Table& layout) {
  const auto refuse = [&layout](std::string_view why) {
    throw InternalError(
        explain(fmt::format("cannot write table '{}'", layout.path), why, "correct the question that made it"));
  };
  if (layout.path.size() < 2 || layout.path.front() != '/' || layout.path.back() == '/')
    refuse("its path is not /group/name");
  if (layout.columns.empty()) refuse("it has no columns");
  for (const Column& column : layout.columns) {
    if (column.name.empty() || column.name.find('/') != std::string::npos)
      refuse("a column has no name, or one with a /");
    const auto same = [&column](const Column& other) { return other.name == column.name; };
    if (std::count_if(layout.columns.begin(), layout.columns.end(), same) != 1)
      refuse("two columns have the same name");
  }
}

void write_attribute(hid_t object, const char* name, hid_t type, hid_t space, const void* data,
                     const Context& context) {
  const std::string what = fmt::format("write attribute {}", name);
  const AttributeHandle attribute(
      check(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), context, what));
  check(H5Awrite(attribute.id(), type, data), context, what);
}

}  // namespace

void write_attribute(hid_t object, const char* name, const std::string& text, const Context& context) {
  const TypeHandle type = text_type(text.size(), context);
  const SpaceHandle space(check(H5Screate(H5S_SCALAR), context, "make a space"));
  const auto buffer = padded({&text, 1}, std::max<std::size_t>(text.size(), 1), context);
  write_attribute(object, name, type.id(), space.id(), buffer.data(), context);
}

void write_attribute(hid_t object, const char* name, const Texts& texts, const Context& context) {
  const std::size_t width = width_of(texts);
  const TypeHandle type = text_type(width, context);
  const hsize_t count = texts.size();
  const SpaceHandle space(check(H5Screate_simple(1, &count, nullptr), context, "make a space"));
  write_attribute(object, name, type.id(), space.id(), padded(texts, width, context).data(), context);
}

void write_attribute(hid_t object, const char* name, std::int64_t number, const Context& context) {
  const SpaceHandle space(check(H5Screate(H5S_SCALAR), context, "make a space"));
  write_attribute(object, name, H5T_STD_I64LE, space.id(), &number, context);
}

GroupHandle make_group(hid_t file, const std::string& path, const Context& context) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string prefix = path.substr(0, end);
    const std::string what = fmt::format("make group {}", prefix);
    const bool there = check(H5Lexists(file, prefix.c_str(), H5P_DEFAULT), context, what) > 0;
    GroupHandle group(check(there ? H5Gopen2(file, prefix.c_str(), H5P_DEFAULT)
                                  : H5Gcreate2(file, prefix.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                            context, what));
    if (end == std::string::npos) return group;
  }
}

TableWriter::TableWriter(hid_t file, Context context, const Table& layout, Storage storage)
    : context_(std::move(context)), path_(layout.path), storage_(storage) {
  check_layout(layout);
  group_ = make_group(file, path_, context_);
  write_attribute(group_.id(), "description", layout.description, context_);
  Texts names;
  for (const Column& column : layout.columns) {
    names.push_back(column.name);
    auto& pending = columns_.emplace_back();
    pending.column = {column.name, column.units, column.description, {}};
    std::visit([&pending](const auto& values) { pending.column.values = std::decay_t<decltype(values)>{}; },
               column.values);
  }
  write_attribute(group_.id(), "columns", names, context_);
}

void TableWriter::append(const Table& rows) {
  const auto refuse = [&](std::string_view why) {
    throw InternalError(
        explain(fmt::format("cannot append to table '{}'", path_), why, "correct the question that made it"));
  };
  if (rows.columns.size() != columns_.size()) refuse("the number of columns differs");
  const std::size_t count = rows.rows();
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    const Column& column = rows.columns[index];
    if (column.name != columns_[index].column.name) refuse(fmt::format("column '{}' is not in its place", column.name));
    if (column.values.index() != columns_[index].column.values.index()) {
      refuse(fmt::format("column '{}' changed its type", column.name));
    }
    if (std::visit([](const auto& values) { return values.size(); }, column.values) != count) {
      refuse(fmt::format("column '{}' has not the length of the others", column.name));
    }
  }
  for (std::size_t first = 0; first < count;) {
    const std::size_t step = std::min(count - first, static_cast<std::size_t>(chunk_rows - waiting_));
    for (std::size_t index = 0; index < columns_.size(); ++index) {
      std::visit(
          [&](const auto& from) {
            auto& into = std::get<std::decay_t<decltype(from)>>(columns_[index].column.values);
            const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
            into.insert(into.end(), begin, begin + static_cast<std::ptrdiff_t>(step));
          },
          rows.columns[index].values);
    }
    first += step;
    waiting_ += static_cast<std::int64_t>(step);
    if (waiting_ == chunk_rows) flush(false);
  }
}

void TableWriter::finish() {
  if (waiting_ > 0 || written_ == 0) flush(true);
  for (auto& pending : columns_) check(pending.dataset.close(), context_, fmt::format("write table {}", path_));
  check(group_.close(), context_, fmt::format("write table {}", path_));
}

void TableWriter::flush(bool last) {
  for (auto& pending : columns_) {
    const std::size_t width = width_of(pending.column.values);
    if (!pending.dataset) {
      pending.width = width;
      create_dataset(pending, last);
    } else if (width > pending.width) {
      widen(pending, width);
    }
    if (waiting_ > 0) write(pending);
    std::visit([](auto& values) { values.clear(); }, pending.column.values);
  }
  written_ += waiting_;
  waiting_ = 0;
}

void TableWriter::create_dataset(PendingColumn& pending, bool last) {
  const Column& column = pending.column;
  const std::string what = fmt::format("make dataset {}/{}", path_, column.name);
  // A table that is complete at its first flush gets chunks that fit it; any other may grow without end.
  const bool fixed = last && waiting_ > 0;
  const auto rows = static_cast<hsize_t>(fixed ? waiting_ : 0);
  const hsize_t most = fixed ? rows : H5S_UNLIMITED;
  auto chunk = static_cast<hsize_t>(rows_per_chunk(pending.width));
  if (last) chunk = std::min<hsize_t>(chunk, std::max<hsize_t>(rows, 1));
  const SpaceHandle space(check(H5Screate_simple(1, &rows, &most), context_, what));
  const PropertyHandle creation(check(H5Pcreate(H5P_DATASET_CREATE), context_, what));
  check(H5Pset_chunk(creation.id(), 1, &chunk), context_, what);
  check(H5Pset_obj_track_times(creation.id(), false), context_, what);
  if (storage_.compress) {
    check(H5Pset_shuffle(creation.id()), context_, what);
    check(H5Pset_deflate(creation.id(), 1), context_, what);
  }
  if (storage_.checksum) check(H5Pset_fletcher32(creation.id()), context_, what);
  const TypeHandle type = stored_type(column.values, pending.width, context_);
  pending.dataset = DatasetHandle(check(
      H5Dcreate2(group_.id(), column.name.c_str(), type.id(), space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
      context_, what));
  write_attribute(pending.dataset.id(), "units", column.units, context_);
  write_attribute(pending.dataset.id(), "description", column.description, context_);
}

void TableWriter::write(PendingColumn& pending) {
  const std::string what = fmt::format("write dataset {}/{}", path_, pending.column.name);
  const hsize_t rows = static_cast<hsize_t>(waiting_);
  const hsize_t start = static_cast<hsize_t>(written_);
  const hsize_t extent = start + rows;
  check(H5Dset_extent(pending.dataset.id(), &extent), context_, what);
  const SpaceHandle memory_space(check(H5Screate_simple(1, &rows, nullptr), context_, what));
  const SpaceHandle file_space(check(H5Dget_space(pending.dataset.id()), context_, what));
  check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, &start, nullptr, &rows, nullptr), context_, what);
  const TypeHandle type = stored_type(pending.column.values, pending.width, context_);
  const auto put = [&](const void* data) {
    check(H5Dwrite(pending.dataset.id(), type.id(), memory_space.id(), file_space.id(), H5P_DEFAULT, data), context_,
          what);
  };
  if (const auto* texts = std::get_if<Texts>(&pending.column.values)) {
    put(padded(*texts, pending.width, context_).data());
  } else {
    std::visit([&put](const auto& values) { put(values.data()); }, pending.column.values);
  }
}

/// A text longer than all before it: the column is written anew with longer texts, because HDF5 cannot change a type.
/// Rare, since texts in long tables are names that soon repeat.
void TableWriter::widen(PendingColumn& pending, std::size_t width) {
  const std::string what = fmt::format("widen dataset {}/{}", path_, pending.column.name);
  PendingColumn wider;
  wider.column = {pending.column.name, pending.column.units, pending.column.description, Texts{}};
  wider.width = width;
  const DatasetHandle narrow = std::move(pending.dataset);
  check(H5Ldelete(group_.id(), pending.column.name.c_str(), H5P_DEFAULT), context_, what);
  create_dataset(wider, false);
  const hsize_t all = static_cast<hsize_t>(written_);
  check(H5Dset_extent(wider.dataset.id(), &all), context_, what);
  const TypeHandle type = text_type(width, context_);
  std::vector<char> buffer(static_cast<std::size_t>(chunk_rows) * width);
  for (hsize_t start = 0; start < all; start += chunk_rows) {
    const hsize_t rows = std::min<hsize_t>(chunk_rows, all - start);
    const SpaceHandle memory_space(check(H5Screate_simple(1, &rows, nullptr), context_, what));
    const SpaceHandle file_space(check(H5Dget_space(wider.dataset.id()), context_, what));
    check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, &start, nullptr, &rows, nullptr), context_, what);
    check(H5Dread(narrow.id(), type.id(), memory_space.id(), file_space.id(), H5P_DEFAULT, buffer.data()), context_,
          what);
    check(H5Dwrite(wider.dataset.id(), type.id(), memory_space.id(), file_space.id(), H5P_DEFAULT, buffer.data()),
          context_, what);
  }
  pending.dataset = std::move(wider.dataset);
  pending.width = width;
}

}  // namespace vcohort::detail
