#include "io/study/setting.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t most_key_parts = 16;

struct Setting {
  std::vector<std::string> path;
  std::string key;  // as written
  TomlValue value;
};

bool is_bare(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '-';
}

/// Reads the dotted key at the start of `text`; returns what follows it, which begins with '='. Nothing when it is no
/// key.
std::optional<std::string_view> read_path(std::string_view text, std::vector<std::string>& path) {
  const auto skip_spaces = [&] {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  };
  while (path.size() < most_key_parts) {
    skip_spaces();
    std::string part;
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
      const char quote = text.front();
      text.remove_prefix(1);
      while (!text.empty() && text.front() != quote) {
        const bool escaped = quote == '"' && text.front() == '\\' && text.size() > 1;
        if (escaped) text.remove_prefix(1);
        part += text.front();
        text.remove_prefix(1);
      }
      if (text.empty()) return std::nullopt;
      text.remove_prefix(1);
    } else {
      while (!text.empty() && is_bare(text.front())) {
        part += text.front();
        text.remove_prefix(1);
      }
      if (part.empty()) return std::nullopt;
    }
    path.push_back(part);
    skip_spaces();
    if (text.starts_with('=')) return text;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

void move_to(TomlValue& value, const Place& place) {
  value.place = place;
  for (TomlEntry& entry : value.entries) {
    entry.place = place;
    move_to(entry.value, place);
  }
  for (TomlValue& item : value.items) move_to(item, place);
}

std::optional<Setting> read_setting(const std::string& text, Problems& problems) {
  Setting setting;
  const std::optional<std::string_view> rest = read_path(text, setting.path);
  if (!rest) {
    problems.add({.setting = text.empty() ? "\"\"" : text}, "this is not key=value",
                 "the key is dotted, parts with spaces in quotes",
                 "write population.size=1000 or 'strategy.\"four IV infusions\".infusions=2'");
    return std::nullopt;
  }
  setting.key = text.substr(0, text.size() - rest->size());
  setting.key.erase(setting.key.find_last_not_of(' ') + 1);
  const std::string value(rest->substr(1));
  const Place place = {.setting = setting.key};
  try {
    TomlValue document = parse_toml("value = " + value, "value");
    if (document.entries.size() != 1) throw InvalidInput("more than one value");
    setting.value = std::move(document.entries.front().value);
  } catch (const InvalidInput&) {
    problems.add(place, "the value " + quoted(value) + " is not TOML", "a text needs its quotes",
                 fmt::format("write '{}=\"{}\"' if it is a text", setting.key, value));
    return std::nullopt;
  }
  move_to(setting.value, place);
  return setting;
}

/// The item of a list that a part of a key means; null, with the problem recorded, when there is none.
TomlValue* item_of(TomlValue& list, const std::string& part, const Place& place, Problems& problems) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error == std::errc() && end == part.data() + part.size()) {
    if (index < list.items.size()) return &list.items[index];
    problems.add(place, fmt::format("there is no item {}", part),
                 fmt::format("the list has {}, counted from 0", list.items.size()), "");
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (TomlValue& item : list.items) {
    for (const std::string_view key : {"name", "parameter"}) {
      const TomlEntry* entry = item.find(key);
      if (!entry || !entry->value.is_text()) continue;
      if (entry->value.text == part) return &item;
      names.push_back(entry->value.text);
    }
  }
  problems.add(place, "there is no item " + quoted(part), "items of a list have a number or a name",
               did_you_mean(part, names));
  return nullptr;
}

void apply(TomlValue& document, Setting setting, Problems& problems) {
  const Place place = {.setting = setting.key};
  TomlValue* node = &document;
  for (const std::string& part : setting.path) {
    if (node->is_array()) {
      node = item_of(*node, part, place, problems);
      if (!node) return;
    } else if (node->is_table()) {
      TomlEntry* entry = node->find(part);
      if (!entry) {
        node->entries.push_back({part, place, {}});
        entry = &node->entries.back();
        entry->value.place = place;
      }
      node = &entry->value;
    } else {
      problems.add(place, fmt::format("{} cannot be set", quoted(part)),
                   fmt::format("it would be inside {}", kind_text(node->kind)), "");
      return;
    }
  }
  *node = std::move(setting.value);
}

}  // namespace

void apply_settings(TomlValue& document, const std::vector<std::string>& settings, Problems& problems) {
  for (const std::string& text : settings) {
    if (std::optional<Setting> setting = read_setting(text, problems)) apply(document, std::move(*setting), problems);
  }
}

}  // namespace vcohort
