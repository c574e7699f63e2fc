#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/detail/hdf5.hpp"

/// What lies in a result file, as far as its format allows: groups, one-dimensional datasets of four types, and
/// attributes. Anything else (links to elsewhere, other types, sizes that the file cannot hold) is refused before it is
/// read.
namespace vcohort::detail {

enum class ValueType : std::uint8_t { int64, float64, truth, text };

/// "int64", "float64", "uint8" or "text": the words of the layout and of the digest.
std::string_view name_of(ValueType type);

struct Attribute {
  std::string name;
  bool list = false;  // a list, or a single value
  ColumnValues values;
};

struct Object {
  enum class Kind : std::uint8_t { group, dataset } kind = Kind::group;
  std::string path;                   // absolute; "/" for the root
  std::vector<Attribute> attributes;  // by name
  ValueType type = ValueType::int64;  // of a dataset, like what follows
  std::int64_t rows = 0;
  std::size_t row_bytes = 0;  // as stored; the length of a text

  const Attribute* attribute(std::string_view name) const;
  /// The text of that attribute, or nothing where it is missing or no single text.
  const std::string* text(std::string_view name) const;
};

class Contents {
 public:
  /// Opens a file for reading, once its seal vouches for every byte: see check_seal.
  static Contents open(const std::filesystem::path& path);

  /// Walks a file that stays open elsewhere.
  Contents(hid_t open_file, Context context);

  const std::vector<Object>& objects() const { return objects_; }  // by path
  const Object* find(std::string_view path) const;
  hid_t file() const { return file_; }
  const Context& context() const { return context_; }

 private:
  void walk(hid_t group, const std::string& path, int depth);

  FileHandle owned_;
  hid_t file_ = H5I_INVALID_HID;
  Context context_;
  std::vector<Object> objects_;
};

/// The type of stored values, or a failure where the format does not know it.
ValueType type_of(hid_t type, const Context& context, const std::string& path);

/// Texts of fixed length from a buffer of `count` of them, without the zeros behind them.
std::vector<std::string> texts_from(const std::vector<char>& buffer, std::size_t count, std::size_t length);

}  // namespace vcohort::detail
