#include "io/study/table_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/numeric/errors.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_text = 10'000;

std::vector<std::string_view> key_names(const SectionSpec& spec) {
  std::vector<std::string_view> names;
  for (const KeySpec& key : spec.keys) names.push_back(key.name);
  return names;
}

/// "a number above 0".
std::string wanted(std::string_view kind, const KeySpec& spec) {
  const std::string range = text_of(spec.range);
  return "write " + std::string(kind) + (range.empty() ? "" : " ") + range;
}

std::string subject(const KeySpec& spec) {
  return quoted(spec.name);
}

const TomlValue& empty_table() {
  static const TomlValue table;
  return table;
}

}  // namespace

std::optional<double> finite_number(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::integer) return static_cast<double>(value.integer);
  // Adding zero turns -0 into 0, so that equal studies have equal texts.
  if (value.kind == TomlValue::Kind::number && std::isfinite(value.number)) return value.number + 0.0;
  return std::nullopt;
}

TableReader::TableReader(const TomlValue& table, const SectionSpec& spec, Problems& problems, bool open)
    : table_(table.is_table() ? table : empty_table()),
      place_(table.place),
      spec_(spec),
      problems_(problems),
      problems_before_(problems.size()) {
  if (!table.is_table()) {
    problems_.add(table.place, std::string(spec.heading) + " must be a table",
                  "it is " + std::string(kind_text(table.kind)), "");
    return;
  }
  if (!open) {
    for (const TomlEntry& found : table_.entries) {
      if (spec_.find(found.key)) continue;
      problems_.add(found.place, "unknown key " + quoted(found.key), "in " + std::string(spec_.heading),
                    did_you_mean(found.key, key_names(spec_)));
    }
  }
  for (const KeySpec& key : spec_.keys) {
    if (!key.required || table_.find(key.name)) continue;
    problems_.add(table_.place, subject(key) + " is missing", "in " + std::string(spec_.heading),
                  "write " + std::string(key.name) + " = " + std::string(key.example));
  }
}

const KeySpec& TableReader::declared(std::string_view key) const {
  const KeySpec* spec = spec_.find(key);
  if (!spec) throw InternalError("the key " + quoted(key) + " is not declared in " + std::string(spec_.heading));
  return *spec;
}

const TomlEntry* TableReader::entry(std::string_view key) const {
  declared(key);
  return table_.find(key);
}

const TomlValue* TableReader::value(std::string_view key) const {
  const TomlEntry* found = entry(key);
  return found ? &found->value : nullptr;
}

Place TableReader::place(std::string_view key) const {
  const TomlValue* found = value(key);
  return found ? found->place : place_;
}

void TableReader::refuse(std::string_view key, std::string_view problem, std::string_view why,
                         std::string_view what_to_do) const {
  problems_.add(place(key), problem, why, what_to_do);
}

std::optional<double> TableReader::number_in(const TomlValue& item, const KeySpec& spec) const {
  const std::optional<double> found = finite_number(item);
  if (!found && item.kind == TomlValue::Kind::number) {
    problems_.add(item.place, subject(spec) + " must be a finite number", "NaN and infinities are refused", "");
    return std::nullopt;
  }
  if (!found) {
    problems_.add(item.place, subject(spec) + " must be a number", "it is " + std::string(kind_text(item.kind)),
                  wanted("a number", spec));
    return std::nullopt;
  }
  if (!spec.range.contains(*found)) {
    problems_.add(item.place, subject(spec) + " = " + number_text(*found) + " is impossible",
                  "it must be " + text_of(spec.range), "");
    return std::nullopt;
  }
  return found;
}

std::optional<std::int64_t> TableReader::integer_in(const TomlValue& item, const KeySpec& spec) const {
  std::optional<std::int64_t> found;
  if (item.kind == TomlValue::Kind::integer) found = item.integer;
  // 1e5 is a whole number to whoever writes it, though a floating point one to TOML.
  constexpr double largest_exact = 9007199254740992.0;  // 2^53
  if (item.kind == TomlValue::Kind::number && std::trunc(item.number) == item.number &&
      std::fabs(item.number) <= largest_exact) {
    found = static_cast<std::int64_t>(item.number);
  }
  if (!found) {
    const std::string what =
        item.kind == TomlValue::Kind::number ? number_text(item.number) : std::string(kind_text(item.kind));
    problems_.add(item.place, subject(spec) + " must be a whole number", "it is " + what, wanted("an integer", spec));
    return std::nullopt;
  }
  if (!spec.range.contains(static_cast<double>(*found))) {
    problems_.add(item.place, subject(spec) + " = " + number_text(*found) + " is impossible",
                  "it must be " + text_of(spec.range), "");
    return std::nullopt;
  }
  return found;
}

std::optional<std::string> TableReader::text_in(const TomlValue& item, const KeySpec& spec) const {
  if (!item.is_text()) {
    problems_.add(item.place, subject(spec) + " must be a text", "it is " + std::string(kind_text(item.kind)),
                  "put it into quotes");
    return std::nullopt;
  }
  const bool blank = item.text.find_first_not_of(" \t\n\r") == std::string::npos;
  if (blank && !spec.may_be_empty) {
    problems_.add(item.place, subject(spec) + " is empty", "it must say something",
                  "write " + std::string(spec.name) + " = " + std::string(spec.example));
    return std::nullopt;
  }
  const auto is_control = [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte < 0x20 && character != '\n' && character != '\t' && character != '\r') || byte == 0x7F;
  };
  if (std::any_of(item.text.begin(), item.text.end(), is_control)) {
    problems_.add(item.place, subject(spec) + " contains a control character", quoted(item.text), "remove it");
    return std::nullopt;
  }
  if (item.text.size() > longest_text) {
    problems_.add(item.place, subject(spec) + " is too long",
                  number_text(static_cast<std::int64_t>(item.text.size())) + " bytes",
                  "write at most " + number_text(static_cast<std::int64_t>(longest_text)));
    return std::nullopt;
  }
  return item.text;
}

std::optional<int> TableReader::choice_in(const TomlValue& item, const KeySpec& spec) const {
  const std::optional<std::string> word = text_in(item, spec);
  if (!word) return std::nullopt;
  const auto found = std::find(spec.choices.begin(), spec.choices.end(), *word);
  if (found == spec.choices.end()) {
    problems_.add(item.place, subject(spec) + " cannot be " + quoted(*word), "it is one of " + listed(spec.choices),
                  suggestion(*word, spec.choices));
    return std::nullopt;
  }
  return static_cast<int>(found - spec.choices.begin());
}

std::optional<std::string> TableReader::text(std::string_view key) const {
  const TomlValue* found = value(key);
  return found ? text_in(*found, declared(key)) : std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) const {
  const TomlValue* found = value(key);
  if (!found) return std::nullopt;
  if (found->kind == TomlValue::Kind::boolean) return found->boolean;
  problems_.add(found->place, quoted(key) + " must be true or false", "it is " + std::string(kind_text(found->kind)),
                "");
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key) const {
  const TomlValue* found = value(key);
  return found ? integer_in(*found, declared(key)) : std::nullopt;
}

std::optional<double> TableReader::number(std::string_view key) const {
  const TomlValue* found = value(key);
  return found ? number_in(*found, declared(key)) : std::nullopt;
}

std::optional<int> TableReader::choice(std::string_view key) const {
  const TomlValue* found = value(key);
  return found ? choice_in(*found, declared(key)) : std::nullopt;
}

template <typename Item, typename Read>
std::optional<std::vector<Item>> TableReader::list(std::string_view key, Read read) const {
  const KeySpec& spec = declared(key);
  const TomlValue* found = value(key);
  std::vector<Item> items;
  if (!found) return items;
  if (found->is_array() && found->items.empty()) {
    problems_.add(found->place, subject(spec) + " is an empty list", "it must name at least one value",
                  "write " + std::string(spec.name) + " = " + std::string(spec.example) + ", or leave the key out");
    return std::nullopt;
  }
  const std::vector<TomlValue> single = found->is_array() ? std::vector<TomlValue>() : std::vector<TomlValue>{*found};
  bool whole = true;
  for (const TomlValue& item : found->is_array() ? found->items : single) {
    if (auto one = read(item, spec)) {
      items.push_back(*one);
    } else {
      whole = false;
    }
  }
  return whole ? std::optional(items) : std::nullopt;
}

std::optional<std::vector<double>> TableReader::numbers(std::string_view key) const {
  return list<double>(key, [this](const TomlValue& item, const KeySpec& spec) { return number_in(item, spec); });
}

std::optional<std::vector<std::int64_t>> TableReader::integers(std::string_view key) const {
  return list<std::int64_t>(key, [this](const TomlValue& item, const KeySpec& spec) { return integer_in(item, spec); });
}

std::optional<std::vector<std::string>> TableReader::texts(std::string_view key) const {
  return list<std::string>(key, [this](const TomlValue& item, const KeySpec& spec) { return text_in(item, spec); });
}

std::optional<std::vector<int>> TableReader::choices(std::string_view key) const {
  return list<int>(key, [this](const TomlValue& item, const KeySpec& spec) { return choice_in(item, spec); });
}

std::optional<std::pair<double, double>> TableReader::pair(std::string_view key) const {
  const TomlValue* found = value(key);
  if (!found) return std::nullopt;
  const KeySpec& spec = declared(key);
  if (!found->is_array() || found->items.size() != 2) {
    problems_.add(found->place, subject(spec) + " must be a list of two numbers", "low and high",
                  "write " + std::string(spec.name) + " = " + std::string(spec.example));
    return std::nullopt;
  }
  const auto low = number_in(found->items[0], spec);
  const auto high = number_in(found->items[1], spec);
  if (!low || !high) return std::nullopt;
  if (!(*low < *high)) {
    problems_.add(found->place, subject(spec) + " excludes everything",
                  "the first number must be below the second: [" + number_text(*low) + ", " + number_text(*high) + ")",
                  "");
    return std::nullopt;
  }
  return std::pair(*low, *high);
}

Place item_place(const TableReader& reader, std::string_view key, std::size_t index) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry) return reader.place();
  return entry->value.is_array() && index < entry->value.items.size() ? entry->value.items[index].place
                                                                      : entry->value.place;
}

bool says_something(const TomlValue& value) {
  return !(value.kind == TomlValue::Kind::boolean && !value.boolean) && !(value.is_array() && value.items.empty());
}

void refuse_without_effect(const TableReader& reader, std::string_view key, std::string_view why,
                           std::string_view problem) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry || !says_something(entry->value)) return;
  if (problem.empty() && reader.problems().passes_over_keys_without_effect()) {
    if (!entry->place.swept.empty()) reader.problems().note_without_effect(entry->place);
    return;
  }
  const std::string without_effect = fmt::format("\"{}\" has no effect", key);
  reader.problems().add(entry->place, problem.empty() ? without_effect : problem, why, "remove it");
}

void require_key(const TableReader& reader, std::string_view key, std::string_view why, std::string_view asked_by) {
  const TomlEntry* entry = reader.entry(key);
  if (entry && says_something(entry->value)) return;
  reader.problems().add(reader.place(asked_by.empty() || entry ? key : asked_by), fmt::format("\"{}\" is missing", key),
                        why, fmt::format("write {} = {}", key, reader.declared(key).example));
}

bool check_ascending(const TableReader& reader, std::string_view key, const std::vector<double>& numbers) {
  for (std::size_t index = 1; index < numbers.size(); ++index) {
    if (numbers[index - 1] < numbers[index]) continue;
    reader.problems().add(item_place(reader, key, index),
                          fmt::format("\"{}\" does not ascend: {} after {}", key, number_text(numbers[index]),
                                      number_text(numbers[index - 1])),
                          "each is above the one before", "sort them and remove duplicates");
    return false;
  }
  return true;
}

std::optional<std::vector<std::string>> distinct_texts(const TableReader& reader, std::string_view key) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry || (entry->value.is_array() && entry->value.items.empty())) return std::vector<std::string>();
  auto texts = reader.texts(key);
  if (!texts) return std::nullopt;
  for (std::size_t index = 1; index < texts->size(); ++index) {
    const auto here = texts->begin() + static_cast<std::ptrdiff_t>(index);
    if (std::find(texts->begin(), here, *here) == here) continue;
    reader.problems().add(item_place(reader, key, index), fmt::format("{} is listed twice", quoted(*here)),
                          fmt::format("in \"{}\"", key), "remove one");
    return std::nullopt;
  }
  return texts;
}

}  // namespace vcohort
