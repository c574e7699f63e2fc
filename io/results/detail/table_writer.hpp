#pragma once
#include <cstdint>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/detail/hdf5.hpp"

namespace vcohort::detail {

/// How a table lies in the file. None of this enters the content digest.
struct Storage {
  bool compress = false;  // shuffle and deflate 1: worth its time for counts that are mostly zero, not for doubles
  bool checksum = true;   // Fletcher32 of every chunk
};

/// Rows of a full chunk: 128 KiB of doubles, the size at which unfiltered writing reaches the speed of the disk.
inline constexpr std::int64_t chunk_rows = 16384;

/// Writes one table: a group with a dataset per column. Rows are gathered until they fill a chunk, so that only whole
/// chunks are written and the memory stays constant. finish() must be called, or the last rows are lost.
class TableWriter {
 public:
  /// `layout` gives path, description and columns; its rows are not written. Groups on the way are made.
  TableWriter(hid_t file, Context context, const Table& layout, Storage storage = {});

  /// Adds rows. InternalError where the table has not the columns of the layout, in that order.
  void append(const Table& rows);
  void finish();

 private:
  struct PendingColumn {
    Column column;  // its values are the rows that are not yet written
    DatasetHandle dataset;
    std::size_t width = 0;  // bytes of a value in the file
  };

  void flush(bool last);
  void create_dataset(PendingColumn& pending, bool last);
  void write(PendingColumn& pending);
  void widen(PendingColumn& pending, std::size_t width);

  Context context_;
  std::string path_;
  Storage storage_;
  GroupHandle group_;
  std::vector<PendingColumn> columns_;
  std::int64_t written_ = 0;
  std::int64_t waiting_ = 0;
};

/// An attribute with one text, a list of texts, or one number. A text with a zero byte is refused: it could not be read
/// back.
void write_attribute(hid_t object, const char* name, const std::string& text, const Context& context);
void write_attribute(hid_t object, const char* name, const std::vector<std::string>& texts, const Context& context);
void write_attribute(hid_t object, const char* name, std::int64_t number, const Context& context);

/// Makes a group and those above it, where they are missing.
GroupHandle make_group(hid_t file, const std::string& path, const Context& context);

}  // namespace vcohort::detail
