#pragma once
#include "io/results/detail/contents.hpp"

namespace vcohort::detail {

/// Reads rows of one dataset; keeps it open, so that a chunk is unpacked once when rows are read in order.
class DatasetReader {
 public:
  DatasetReader(const Contents& contents, const Object& dataset);

  ColumnValues read(std::int64_t first, std::int64_t count) const;

  /// Rows to read at once, so that a buffer has about a mebibyte, or one row where a row is larger.
  std::int64_t rows_at_once() const;

 private:
  const Object& object_;
  const Context& context_;
  DatasetHandle handle_;
  TypeHandle type_;
};

}  // namespace vcohort::detail
