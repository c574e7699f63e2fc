#include "io/study/toml_text.hpp"

#include <algorithm>

#include "io/study/toml_writing.hpp"

namespace vcohort {

namespace {

std::string key_text(const std::string& key) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), is_bare) ? key : toml_text(key);
}

}  // namespace

std::string toml_text_of(const TomlValue& value) {
  switch (value.kind) {
    case TomlValue::Kind::table: {
      if (value.entries.empty()) return "{}";
      std::string text;
      for (const TomlEntry& entry : value.entries)
        text += (text.empty() ? "{ " : ", ") + key_text(entry.key) + " = " + toml_text_of(entry.value);
      return text + " }";
    }
    case TomlValue::Kind::array:
      return list_text(value.items, toml_text_of);
    case TomlValue::Kind::text:
    case TomlValue::Kind::date:  // no key holds one: it is refused wherever it is read
      return toml_text(value.text);
    case TomlValue::Kind::integer:
      return number_text(value.integer);
    case TomlValue::Kind::number:
      return number_text(value.number + 0.0);
    case TomlValue::Kind::boolean:
      return std::string(truth(value.boolean));
  }
  return {};
}

}  // namespace vcohort
