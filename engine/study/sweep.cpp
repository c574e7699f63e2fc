#include "engine/study/sweep.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace vcohort {

namespace {

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The item of a list of one, and a plain text without its quotes; other values as they are written.
std::string plain(std::string value) {
  const auto inside = [&] { return value.substr(1, value.size() - 2); };
  if (value.size() > 2 && value.front() == '[' && value.back() == ']' &&
      inside().find_first_of("[],{}\"") == std::string::npos)
    value = inside();
  if (value.size() > 2 && value.front() == '"' && value.back() == '"' &&
      inside().find_first_of("\"\\") == std::string::npos)
    value = inside();
  return value;
}

/// The names of datasets have no slashes, and /scenarios has columns of its own.
std::string column_name(std::string name) {
  constexpr std::array<std::string_view, 5> taken = {"scenario", "stance", "title", "parameters", "overrides"};
  std::replace(name.begin(), name.end(), '/', '|');
  return std::find(taken.begin(), taken.end(), name) == taken.end() ? name : "swept " + name;
}

/// The settings of the axes that do not cross: all at their first value, or one of them at another.
std::size_t settings_one_at_a_time(const std::vector<SweepAxis>& sweep) {
  std::size_t settings = 1;
  for (const SweepAxis& axis : sweep)
    if (axis.one_at_a_time) settings += axis.size() - 1;
  return settings;
}

}  // namespace

double settings_of(const std::vector<SweepAxis>& sweep) {
  double settings = static_cast<double>(settings_one_at_a_time(sweep));
  for (const SweepAxis& axis : sweep)
    if (!axis.one_at_a_time) settings *= static_cast<double>(axis.size());
  return settings;
}

std::vector<std::size_t> places_of(const std::vector<SweepAxis>& sweep, std::size_t setting) {
  std::vector<std::size_t> places(sweep.size());
  const std::size_t one_at_a_time = settings_one_at_a_time(sweep);
  std::size_t moved = setting % one_at_a_time;  // 0: none of those axes
  setting /= one_at_a_time;
  for (std::size_t axis = 0; axis < sweep.size(); ++axis)
    if (sweep[axis].one_at_a_time) {
      const bool here = moved < sweep[axis].size();
      places[axis] = here ? moved : 0;
      moved -= here ? moved : sweep[axis].size() - 1;
    }
  for (std::size_t axis = sweep.size(); axis-- > 0;)
    if (!sweep[axis].one_at_a_time) {
      places[axis] = setting % sweep[axis].size();
      setting /= sweep[axis].size();
    }
  return places;
}

std::string mark_of(const std::vector<SweepAxis>& sweep, std::size_t setting) {
  constexpr std::size_t fewest_digits = 4;
  const std::size_t digits =
      std::max(fewest_digits, std::to_string(static_cast<std::size_t>(settings_of(sweep))).size());
  const std::string number = std::to_string(setting + 1);
  return "#" + std::string(digits - number.size(), '0') + number;
}

std::string in_words(const std::vector<SweepAxis>& sweep, std::size_t setting) {
  const std::vector<std::size_t> places = places_of(sweep, setting);
  std::string words;
  for (const SweepColumn& column : columns_of(sweep))
    words += (words.empty() ? "" : ", ") + column.name + " = " + column.values[places[column.axis]];
  return words;
}

bool compares(const std::vector<SweepAxis>& sweep) {
  return std::any_of(sweep.begin(), sweep.end(), [](const SweepAxis& axis) { return axis.compare; });
}

std::vector<std::size_t> compared_with(const std::vector<SweepAxis>& sweep, std::size_t setting) {
  const std::vector<std::size_t> places = places_of(sweep, setting);
  std::vector<std::size_t> others;
  const std::size_t one_at_a_time = settings_one_at_a_time(sweep);
  std::size_t stride = one_at_a_time;  // settings between neighbours on an axis that crosses
  for (std::size_t axis = sweep.size(); axis-- > 0;) {
    const std::size_t back = sweep[axis].one_at_a_time ? setting % one_at_a_time : places[axis] * stride;
    if (sweep[axis].compare && places[axis] > 0) others.insert(others.begin(), setting - back);
    if (!sweep[axis].one_at_a_time) stride *= sweep[axis].size();
  }
  return others;
}

std::vector<SweepColumn> columns_of(const std::vector<SweepAxis>& sweep) {
  std::vector<SweepColumn> columns;
  for (std::size_t number = 0; number < sweep.size(); ++number) {
    const SweepAxis& axis = sweep[number];
    if (!axis.labels.empty()) {
      std::string keys;
      for (const SweptKey& swept : axis.keys) keys += (keys.empty() ? "" : ", ") + swept.key;
      columns.push_back({.axis = number,
                         .name = column_name(axis.name.empty() ? keys : axis.name),
                         .key = keys,
                         .values = axis.labels});
      continue;
    }
    for (const SweptKey& swept : axis.keys) {
      SweepColumn& column =
          columns.emplace_back(SweepColumn{number, column_name(axis.name.empty() ? swept.key : axis.name), swept.key});
      for (const std::string& value : swept.values) column.values.push_back(plain(value));
    }
  }
  for (SweepColumn& column : columns) {
    for (const std::string& value : column.values)
      if (const auto number = number_in(value)) column.as_numbers.push_back(*number);
    column.numbers = column.as_numbers.size() == column.values.size();
  }
  return columns;
}

}  // namespace vcohort
