// The one translation unit that includes toml++. Version 3.3.0 asserts and runs into undefined behaviour on malformed
// input; its assertions become exceptions here, whatever the build type, and screen_toml() keeps away the characters
// that its tables of Unicode ranges do not cover. Floating point numbers are read by std::from_chars, which knows no
// locale.
#undef NDEBUG
#include <stdexcept>
#define TOML_ASSERT(condition)                                    \
  do {                                                            \
    if (!(condition)) throw std::runtime_error("malformed TOML"); \
  } while (false)
// Some assertions stand in functions that may not throw; those state what the parser itself guarantees.
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wexceptions"
#else
#pragma GCC diagnostic ignored "-Wterminate"
#endif
#define TOML_EXCEPTIONS 1
#define TOML_MAX_NESTED_VALUES 32
#define TOML_INT_CHARCONV 1
#define TOML_FLOAT_CHARCONV 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/numeric/errors.hpp"
#include "io/study/toml_document.hpp"
#include "io/study/toml_screen.hpp"

namespace vcohort {

namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

TomlValue tree_of(const toml::node& node) {
  TomlValue value;
  value.place = place_of(node.source());
  switch (node.type()) {
    case toml::node_type::table:
      value.kind = TomlValue::Kind::table;
      for (const auto& [key, child] : *node.as_table()) {
        value.entries.push_back({unshifted(key.str()), place_of(key.source()), tree_of(child)});
      }
      // The parser sorts by name; the order of the file is the order of the messages and of the strategies.
      std::sort(value.entries.begin(), value.entries.end(), [](const TomlEntry& left, const TomlEntry& right) {
        return std::tie(left.place.line, left.place.column, left.key) <
               std::tie(right.place.line, right.place.column, right.key);
      });
      break;
    case toml::node_type::array:
      value.kind = TomlValue::Kind::array;
      for (const auto& child : *node.as_array()) value.items.push_back(tree_of(child));
      break;
    case toml::node_type::string:
      value.kind = TomlValue::Kind::text;
      value.text = unshifted(node.as_string()->get());
      break;
    case toml::node_type::integer:
      value.kind = TomlValue::Kind::integer;
      value.integer = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      value.kind = TomlValue::Kind::number;
      value.number = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      value.kind = TomlValue::Kind::boolean;
      value.boolean = node.as_boolean()->get();
      break;
    default:
      value.kind = TomlValue::Kind::date;
      break;
  }
  return value;
}

}  // namespace

const TomlEntry* TomlValue::find(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const TomlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

TomlEntry* TomlValue::find(std::string_view key) {
  return const_cast<TomlEntry*>(static_cast<const TomlValue*>(this)->find(key));
}

std::string_view kind_text(TomlValue::Kind kind) {
  switch (kind) {
    case TomlValue::Kind::table:
      return "a table";
    case TomlValue::Kind::array:
      return "a list";
    case TomlValue::Kind::text:
      return "a text";
    case TomlValue::Kind::integer:
      return "an integer";
    case TomlValue::Kind::number:
      return "a number";
    case TomlValue::Kind::boolean:
      return "a truth value";
    case TomlValue::Kind::date:
      return "a date or time";
  }
  return "a value";
}

TomlValue parse_toml(std::string_view bytes, const std::string& file_name) {
  if (bytes.size() > largest_toml_file) {
    throw InvalidInput(text_of({}, file_name) + ": " +
                       explain("the file is too large", fmt::format("{} bytes", bytes.size()),
                               "a study or evidence file has at most 16 MiB"));
  }
  const std::string text = screen_toml(bytes, file_name);
  try {
    return tree_of(toml::parse(std::string_view(text), std::string_view(file_name)));
  } catch (const toml::parse_error& error) {
    throw InvalidInput(
        text_of(place_of(error.source()), file_name) + ": " +
        explain("not valid TOML", unshifted(error.description()), "see https://toml.io for the notation"));
  } catch (const std::runtime_error& error) {
    throw InvalidInput(text_of({}, file_name) + ": " + explain("not valid TOML", error.what(), ""));
  }
}

}  // namespace vcohort
