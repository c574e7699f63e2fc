#include "io/results/detail/dataset_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "engine/numeric/errors.hpp"

namespace vcohort::detail {

DatasetReader::DatasetReader(const Contents& contents, const Object& dataset)
    : object_(dataset), context_(contents.context()) {
  const std::string what = fmt::format("open dataset {}", dataset.path);
  handle_ = DatasetHandle(check(H5Dopen2(contents.file(), dataset.path.c_str(), H5P_DEFAULT), context_, what));
  type_ = TypeHandle(check(H5Dget_type(handle_.id()), context_, what));
}

std::int64_t DatasetReader::rows_at_once() const {
  constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
  return static_cast<std::int64_t>(std::max<std::size_t>(buffer_bytes / object_.row_bytes, 1));
}

ColumnValues DatasetReader::read(std::int64_t first, std::int64_t count) const {
  const std::string what = fmt::format("read dataset {}", object_.path);
  if (first < 0 || count < 0 || first + count > object_.rows) {
    throw InternalError(explain(fmt::format("cannot {}", what), "the rows are outside of it", ""));
  }
  const SpaceHandle file_space(check(H5Dget_space(handle_.id()), context_, what));
  const hsize_t start = static_cast<hsize_t>(first);
  const hsize_t rows = static_cast<hsize_t>(count);
  const SpaceHandle memory_space(check(H5Screate_simple(1, &rows, nullptr), context_, what));
  if (count > 0) {
    check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, &start, nullptr, &rows, nullptr), context_, what);
  }
  const auto read_into = [&](auto& values, hid_t memory_type) {
    if (count == 0) return;
    check(H5Dread(handle_.id(), memory_type, memory_space.id(), file_space.id(), H5P_DEFAULT, values.data()), context_,
          what);
  };
  const auto numbers = [&](auto values, hid_t memory_type) -> ColumnValues {
    values.resize(rows);
    read_into(values, memory_type);
    return values;
  };
  try {
    switch (object_.type) {
      case ValueType::int64:
        return numbers(std::vector<std::int64_t>{}, H5T_NATIVE_INT64);
      case ValueType::float64:
        return numbers(std::vector<double>{}, H5T_NATIVE_DOUBLE);
      case ValueType::truth:
        return numbers(std::vector<Truth>{}, H5T_NATIVE_UINT8);
      case ValueType::text:
        break;
    }
    std::vector<char> buffer(rows * object_.row_bytes);
    read_into(buffer, type_.id());
    return texts_from(buffer, rows, object_.row_bytes);
  } catch (const std::bad_alloc&) {
    fail(context_, what, "it does not fit into the memory");
  }
}

}  // namespace vcohort::detail
