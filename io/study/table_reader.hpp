#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/study/key_spec.hpp"
#include "io/study/problems.hpp"
#include "io/study/toml_document.hpp"

namespace vcohort {

/// Reads one table by its declaration. Whatever is wrong becomes a Problem with its place, and the getter returns
/// nothing, so that reading goes on and finds the other problems. A getter without a value in the file returns the
/// declared default.
///
/// Errors: InternalError when a key is asked for that the section does not declare.
class TableReader {
 public:
  /// Reports the keys that the section does not declare, unless `open` is set, and the required ones that are absent.
  /// A `table` that is not a table is reported and read as an empty one.
  TableReader(const TomlValue& table, const SectionSpec& spec, Problems& problems, bool open = false);

  bool has(std::string_view key) const { return entry(key) != nullptr; }
  const TomlEntry* entry(std::string_view key) const;  // null if absent
  Place place(std::string_view key) const;             // of the value; of the table if absent
  const Place& place() const { return place_; }

  std::optional<std::string> text(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;

  /// Index of the chosen word in the declared choices.
  std::optional<int> choice(std::string_view key) const;

  /// Lists; a single value counts as a list of one. Each item is checked against the declared range or choices; empty
  /// lists are refused. An absent key without a default gives an empty list, a wrong one gives nothing.
  std::optional<std::vector<double>> numbers(std::string_view key) const;
  std::optional<std::vector<std::int64_t>> integers(std::string_view key) const;
  std::optional<std::vector<std::string>> texts(std::string_view key) const;
  std::optional<std::vector<int>> choices(std::string_view key) const;

  /// [low, high] with low < high, both in the declared range.
  std::optional<std::pair<double, double>> pair(std::string_view key) const;

  /// `problem` at the key's value.
  void refuse(std::string_view key, std::string_view problem, std::string_view why = {},
              std::string_view what_to_do = {}) const;

  Problems& problems() const { return problems_; }
  const SectionSpec& section() const { return spec_; }
  const KeySpec& declared(std::string_view key) const;

 private:
  const TomlValue* value(std::string_view key) const;
  std::optional<double> number_in(const TomlValue& item, const KeySpec& spec) const;
  std::optional<std::int64_t> integer_in(const TomlValue& item, const KeySpec& spec) const;
  std::optional<std::string> text_in(const TomlValue& item, const KeySpec& spec) const;
  std::optional<int> choice_in(const TomlValue& item, const KeySpec& spec) const;
  template <typename Item, typename Read>
  std::optional<std::vector<Item>> list(std::string_view key, Read read) const;

  const TomlValue& table_;
  Place place_;
  const SectionSpec& spec_;
  Problems& problems_;
};

/// The place of an item of a list, or of the value that stands for a list of one; of the table if absent.
Place item_place(const TableReader& reader, std::string_view key, std::size_t index);

/// A false or an empty list may stand where a key means nothing: it says that there is nothing.
bool says_something(const TomlValue&);

/// Refuses `key`, if it is there and says something, because of `why`.
void refuse_without_effect(const TableReader& reader, std::string_view key, std::string_view why);

/// Refuses the absence of `key`, or that it says nothing.
void require_key(const TableReader& reader, std::string_view key, std::string_view why);

/// Refuses the first number that is not above the one before.
bool check_ascending(const TableReader& reader, std::string_view key, const std::vector<double>& numbers);

/// A list of texts that may be empty, none of them twice. Nothing when refused.
std::optional<std::vector<std::string>> distinct_texts(const TableReader& reader, std::string_view key);

/// The index of `name` in `names`.
template <typename Names>
std::optional<int> index_of(const Names& names, std::string_view name) {
  int index = 0;
  for (const auto& known : names) {
    if (known == name) return index;
    ++index;
  }
  return std::nullopt;
}

/// The number that an integer or floating point value holds; nothing for NaN, infinities and other kinds.
std::optional<double> finite_number(const TomlValue&);

}  // namespace vcohort
