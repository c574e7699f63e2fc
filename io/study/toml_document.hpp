#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/study/problems.hpp"

namespace vcohort {

struct TomlEntry;

/// A value of a TOML document with its place: the plain tree that everything after the parser works on.
struct TomlValue {
  enum class Kind : std::uint8_t { table, array, text, integer, number, boolean, date } kind = Kind::table;
  Place place;
  std::vector<TomlEntry> entries;  // table, in the order of the file
  std::vector<TomlValue> items;    // array
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;

  bool is_table() const { return kind == Kind::table; }
  bool is_array() const { return kind == Kind::array; }
  bool is_text() const { return kind == Kind::text; }

  const TomlEntry* find(std::string_view key) const;  // of a table; null if absent
  TomlEntry* find(std::string_view key);
};

struct TomlEntry {
  std::string key;
  Place place;  // of the key
  TomlValue value;
};

/// "a table", "a list", "a text", "an integer", ...: the kind of a value in a message.
std::string_view kind_text(TomlValue::Kind);

/// The largest file that is read: a study has some hundred lines.
inline constexpr std::size_t largest_toml_file = std::size_t{16} << 20;

/// Parses a whole document. Errors: InvalidInput with the place, for text that is not UTF-8 or not TOML 1.0, nested
/// deeper than 32 values, with keys of more than 16 parts, or too large. Thread safety: no shared state. Numbers do not
/// depend on the locale.
TomlValue parse_toml(std::string_view bytes, const std::string& file_name);

}  // namespace vcohort
