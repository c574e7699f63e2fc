#include "io/study/setting.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"
#include "io/study/toml_text.hpp"

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

/// `option` is nothing for --set.
std::optional<Setting> read_setting(const std::string& text, Problems& problems, const std::string& option = "") {
  Setting setting;
  const std::optional<std::string_view> rest = read_path(text, setting.path);
  if (!rest) {
    problems.add({.setting = option + (text.empty() ? "\"\"" : text)}, "this is not key=value",
                 "the key is dotted, parts with spaces in quotes",
                 "write population.size=1000 or 'strategy.\"four IV infusions\".infusions=2'");
    return std::nullopt;
  }
  setting.key = text.substr(0, text.size() - rest->size());
  setting.key.erase(setting.key.find_last_not_of(' ') + 1);
  const std::string value(rest->substr(1));
  const Place place = {.setting = option + setting.key};
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

/// The place in a list that a part of a key means: its number from 0, or the `name` or `parameter` of the item.
std::optional<std::size_t> index_of(const TomlValue& list, const std::string& part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error == std::errc() && end == part.data() + part.size())
    return index < list.items.size() ? std::optional(index) : std::nullopt;
  for (std::size_t item = 0; item < list.items.size(); ++item)
    for (const std::string_view key : {"name", "parameter"}) {
      const TomlEntry* entry = list.items[item].find(key);
      if (entry && entry->value.is_text() && entry->value.text == part) return item;
    }
  return std::nullopt;
}

/// There is no such item.
void refuse_item(const TomlValue& list, const std::string& part, const Place& place, Problems& problems) {
  if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos)
    return problems.add(place, fmt::format("there is no item {}", part),
                        fmt::format("the list has {}, counted from 0", list.items.size()), "");
  std::vector<std::string_view> names;
  for (const TomlValue& item : list.items)
    for (const std::string_view key : {"name", "parameter"})
      if (const TomlEntry* entry = item.find(key); entry && entry->value.is_text()) names.push_back(entry->value.text);
  problems.add(place, "there is no item " + quoted(part), "items of a list have a number or a name",
               did_you_mean(part, names));
}

void apply(TomlValue& document, Setting setting, const Place& place, Problems& problems) {
  TomlValue* node = &document;
  for (const std::string& part : setting.path) {
    if (node->is_array()) {
      const std::optional<std::size_t> index = index_of(*node, part);
      if (!index) return refuse_item(*node, part, place, problems);
      node = &node->items[*index];
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

TomlValue text_value(std::string text, const Place& place) {
  TomlValue value;
  value.kind = TomlValue::Kind::text;
  value.place = place;
  value.text = std::move(text);
  return value;
}

/// Of the key "parameter.NAME".
std::string parameter_name(const std::vector<std::string>& path) {
  std::string name;
  for (std::size_t part = 1; part < path.size(); ++part) name += (name.empty() ? "" : ".") + path[part];
  return name;
}

/// An override of the parameter, in place of the one that the study has.
void fix_parameter(TomlValue& document, const std::string& name, TomlValue value, const Place& place,
                   Problems& problems) {
  if (!finite_number(value)) {
    problems.add(place, fmt::format("the parameter {} must be a number", quoted(name)),
                 fmt::format("it is {}", kind_text(value.kind)), "");
    return;
  }
  TomlEntry* overrides = document.find("override");
  if (!overrides) {
    document.entries.push_back({"override", place, {}});
    overrides = &document.entries.back();
    overrides->value.kind = TomlValue::Kind::array;
    overrides->value.place = place;
  }
  auto& items = overrides->value.items;
  std::erase_if(items, [&](const TomlValue& item) {
    const TomlEntry* parameter = item.find("parameter");
    return parameter && parameter->value.is_text() && parameter->value.text == name;
  });
  TomlValue& item = items.emplace_back();
  item.place = place;
  item.entries = {{"parameter", place, text_value(name, place)},
                  {"value", place, std::move(value)},
                  {"source", place, text_value("swept", place)}};
}

}  // namespace

void apply_settings(TomlValue& document, const std::vector<std::string>& settings, Problems& problems) {
  for (const std::string& text : settings) {
    std::optional<Setting> setting = read_setting(text, problems);
    if (!setting) continue;
    const Place place = {.setting = setting->key};
    apply(document, std::move(*setting), place, problems);
  }
}

std::vector<std::string> key_path(const std::string& key) {
  std::vector<std::string> path;
  const std::string text = key + "=";
  const auto rest = read_path(text, path);
  return rest && rest->size() == 1 ? path : std::vector<std::string>();
}

void apply_sweep_options(TomlValue& document, const std::vector<std::string>& sweeps, Problems& problems) {
  for (const std::string& text : sweeps) {
    std::optional<Setting> setting = read_setting(text, problems, "--sweep ");
    if (!setting) continue;
    const Place place = {.setting = "--sweep " + setting->key};
    TomlEntry* sweep = document.find("sweep");
    if (!sweep) {
      document.entries.push_back({"sweep", place, {}});
      sweep = &document.entries.back();
      sweep->value.kind = TomlValue::Kind::array;
      sweep->value.place = place;
    }
    TomlValue values, axis;
    values.place = axis.place = place;
    values.entries.push_back({setting->key, place, std::move(setting->value)});
    axis.entries.push_back({"values", place, std::move(values)});
    if (sweep->value.is_array()) sweep->value.items.push_back(std::move(axis));
  }
}

void apply_swept(TomlValue& document, const std::string& key, const std::string& value, const Place& place,
                 Problems& problems) {
  Setting setting{key_path(key), key, std::move(parse_toml("value = " + value, "value").entries.front().value)};
  move_to(setting.value, place);
  constexpr std::string_view parameter = "parameter";
  if (setting.path.front() != parameter) return apply(document, std::move(setting), place, problems);
  fix_parameter(document, parameter_name(setting.path), std::move(setting.value), place, problems);
}

bool has_swept(const TomlValue& document, const std::string& key, const std::string& value) {
  std::vector<std::string> path = key_path(key);
  if (path.front() == "parameter") path = {"override", parameter_name(path), "value"};
  const TomlValue* node = &document;
  for (const std::string& part : path) {
    const std::optional<std::size_t> index = node->is_array() ? index_of(*node, part) : std::nullopt;
    const TomlEntry* entry = node->is_table() ? node->find(part) : nullptr;
    if (!index && !entry) return false;
    node = index ? &node->items[*index] : &entry->value;
  }
  return toml_text_of(*node) == toml_text_of(parse_toml("value = " + value, "value").entries.front().value);
}

bool sets(const std::string& setting, const std::string& key) {
  std::vector<std::string> path;
  const std::vector<std::string> swept = key_path(key);
  return read_path(setting, path) && path.size() >= swept.size() &&
         std::equal(swept.begin(), swept.end(), path.begin());
}

}  // namespace vcohort
