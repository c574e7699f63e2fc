#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace vcohort {

/// What a key holds. The plain kinds are checked by TableReader, the others by the section's reader.
enum class KeyType : std::uint8_t {
  text,
  boolean,
  integer,
  number,
  list_of_texts,
  list_of_numbers,
  list_of_integers,
  pair_of_numbers,
  table,
  other,  // `form` says what
};

/// The values that a number may have. Infinite bounds are not printed; NaN and infinities are never allowed.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;
  bool high_excluded = false;

  bool contains(double value) const {
    return (low_excluded ? value > low : value >= low) && (high_excluded ? value < high : value <= high);
  }
};

/// "above 0, at most 65535"; empty where everything is allowed.
std::string text_of(const Range&);

/// The declaration of one key: all there is to know about it stands here once. It drives the detection of unknown keys,
/// the types, ranges, choices and defaults that are enforced, and the documentation.
struct KeySpec {
  std::string_view name = {};
  KeyType type = KeyType::text;
  std::string_view form = {};  // of a composite value, in words
  std::string_view unit = {};
  bool required = false;
  bool may_be_empty = false;       // a text
  std::string_view fallback = {};  // the default, as TOML writes it; empty: absent means nothing
  std::span<const std::string_view> choices = {};
  Range range = {};
  std::string_view meaning = {};
  std::string_view example = {};  // the right-hand side
};

/// The declaration of one table of a file.
struct SectionSpec {
  std::string_view name = {};     // "population"; empty: the top level
  std::string_view heading = {};  // "[population]", "[[strategy]]", "the top level"
  std::string_view meaning = {};
  std::span<const KeySpec> keys = {};

  const KeySpec* find(std::string_view key) const;
};

/// "integer", "number", "list of texts": the type of a key in words.
std::string type_text(const KeySpec&);

}  // namespace vcohort
