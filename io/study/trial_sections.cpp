#include "io/study/trial_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

const Strategy* TrialFrame::strategy_called(std::string_view name) const {
  if (!strategies) return nullptr;
  const auto found = std::find_if(strategies->begin(), strategies->end(),
                                  [&](const Strategy& strategy) { return strategy.name == name; });
  return found == strategies->end() ? nullptr : &*found;
}

bool TrialFrame::starts_late(const Arm& arm) const {
  const Strategy* later = arm.crossover_to ? strategy_called(*arm.crossover_to) : nullptr;
  return later && later->cells;
}

std::optional<std::vector<double>> read_per_arm(const TableReader& reader, std::string_view key,
                                                const std::vector<Arm>& arms, double otherwise) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry) return std::nullopt;
  const KeySpec& spec = reader.declared(key);
  if (!entry->value.is_table() || entry->value.entries.empty()) {
    reader.refuse(key, fmt::format("\"{}\" must be a table of arms", key), "each arm has a number",
                  fmt::format("write {} = {}", key, spec.example));
    return std::nullopt;
  }
  std::vector<std::string_view> names;
  for (const Arm& arm : arms) names.push_back(arm.name);
  std::vector<double> result(arms.size(), otherwise);
  bool whole = true;
  for (const TomlEntry& item : entry->value.entries) {
    const std::optional<int> arm = index_of(names, item.key);
    const std::optional<double> number = finite_number(item.value);
    if (!arm && !names.empty()) {
      reader.problems().add(item.place, "there is no arm " + quoted(item.key), fmt::format("in \"{}\"", key),
                            did_you_mean(item.key, names));
    } else if (!number || !spec.range.contains(*number)) {
      reader.problems().add(item.value.place, fmt::format("\"{}\" of {} is impossible", key, quoted(item.key)),
                            "it must be a number " + text_of(spec.range), "");
    } else if (arm) {
      result[static_cast<std::size_t>(*arm)] = *number;
      continue;
    }
    whole = false;
  }
  return whole ? std::optional(result) : std::nullopt;
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

Place item_place(const TableReader& reader, std::string_view key, std::size_t index) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry) return reader.place();
  return entry->value.is_array() && index < entry->value.items.size() ? entry->value.items[index].place
                                                                      : entry->value.place;
}

void refuse_without_effect(const TableReader& reader, std::string_view key, std::string_view why) {
  const TomlEntry* entry = reader.entry(key);
  if (entry) reader.problems().add(entry->place, fmt::format("\"{}\" has no effect", key), why, "remove it");
}

void require_key(const TableReader& reader, std::string_view key, std::string_view why) {
  if (reader.has(key)) return;
  reader.problems().add(reader.place(), fmt::format("\"{}\" is missing", key), why,
                        fmt::format("write {} = {}", key, reader.declared(key).example));
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

}  // namespace vcohort
