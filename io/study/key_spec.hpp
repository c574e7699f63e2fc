#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vcohort {

struct KeyAt;
struct KeySpec;
struct Scope;
struct SectionSpec;
class TableReader;

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

/// (low, high], (low, high) and [low, high); [low, high] is Range{low, high}.
constexpr Range above(double low, double high = std::numeric_limits<double>::infinity()) {
  return {.low = low, .high = high, .low_excluded = true};
}
constexpr Range between(double low, double high) {
  return {.low = low, .high = high, .low_excluded = true, .high_excluded = true};
}
constexpr Range from_to_below(double low, double high) {
  return {.low = low, .high = high, .high_excluded = true};
}
constexpr Range at_least(double low) {
  return {.low = low};
}

/// "above 0, at most 65535"; empty where everything is allowed.
std::string text_of(const Range&);

/// Whether a key says something, given the other keys of its table. A key without use is refused if there is something
/// to say about it, and never written.
struct Use {
  enum class Kind : std::uint8_t { possible, required, none } kind = Kind::possible;
  std::string why = {};            // it is required, or has no effect
  std::string problem = {};        // in place of "has no effect"
  std::string_view asked_by = {};  // the key that requires it; empty: the table

  static Use required(std::string why, std::string_view asked_by = {}) {
    return {Kind::required, std::move(why), {}, asked_by};
  }
  static Use none(std::string why = {}, std::string problem = {}) {
    return {Kind::none, std::move(why), std::move(problem)};
  }
};

/// The declaration of one key: all there is to know about it stands here once. It drives the detection of unknown keys,
/// the types, ranges, choices and conditions that are enforced, the resolved text and the documentation. field.hpp
/// makes declarations that are bound to a member of a record.
struct KeySpec {
  std::string_view name = {};
  KeyType type = KeyType::text;
  std::string_view unit = {};
  std::string_view form = {};  // of a composite value, in words
  Range range = {};
  std::span<const std::string_view> choices = {};
  std::string_view fallback = {};          // the default that is documented for a key that is bound to no member
  std::string_view why = "in this study";  // what it names must exist
  bool required = false;
  bool may_be_empty = false;          // a text, or a list of them
  bool open = false;                  // the choices are those of the disease model; other words are not refused here
  bool distinct = false;              // a list of texts that may be empty, none of them twice
  bool ascending = false;             // a list of numbers, each above the one before
  bool decides = false;               // where it is refused, nothing is said about the keys behind it
  bool quiet = false;                 // left out of the resolved text where it has its default
  bool block = false;                 // a table, or a list of them, with a heading of its own in the resolved text
  std::string_view resolves_to = {};  // the key that a resolved text has in its place
  bool no_default = false;            // what its member holds at first is no default: it is found from other keys
  Use (*use)(const KeySpec&, const void* record, const Scope&) = nullptr;
  void (*check)(const KeyAt&, const void* record) = nullptr;  // of what was read well, when the record is filled
  std::string_view meaning = {};
  std::string_view example = {};  // the right-hand side

  // How it is bound to the record that its table fills in. `nested` gives the records of a table or a list of tables;
  // otherwise `write` gives the right-hand side, empty where the record does not have the key, or `write_block` writes
  // tables with headings.
  const void* record = nullptr;  // record_tag of its type
  const SectionSpec* table = nullptr;
  bool list = false;  // of tables
  void (*read)(const KeyAt&, void* record) = nullptr;
  std::vector<const void*> (*nested)(const void* record) = nullptr;
  std::string (*write)(const KeySpec&, const void* record, const Scope&) = nullptr;
  void (*write_block)(const KeySpec&, const void* record, const Scope&, const std::string& path,
                      std::string& text) = nullptr;
};

/// The declaration of one table of a file.
struct SectionSpec {
  std::string_view name = {};     // "population"; empty: the top level
  std::string_view heading = {};  // "[population]", "[[strategy]]", "the top level"
  std::string_view meaning = {};
  std::span<const KeySpec> keys = {};
  const void* record = nullptr;                                              // record_tag of what it fills in
  const void* (*defaults)() = nullptr;                                       // a default-made record
  void (*finish)(const TableReader&, void* record, const Scope&) = nullptr;  // what no single key shows

  const KeySpec* find(std::string_view key) const;
};

/// "integer", "number", "list of texts": the type of a key in words.
std::string type_text(const KeySpec&);

}  // namespace vcohort
