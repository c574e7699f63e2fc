#include "engine/study/sweep.hpp"

#include <algorithm>
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

/// The names of datasets have no slashes.
std::string column_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '|');
  return name;
}

}  // namespace

double settings_of(const std::vector<SweepAxis>& sweep) {
  double settings = 1;
  for (const SweepAxis& axis : sweep) settings *= static_cast<double>(axis.size());
  return settings;
}

std::vector<std::size_t> places_of(const std::vector<SweepAxis>& sweep, std::size_t setting) {
  std::vector<std::size_t> places(sweep.size());
  for (std::size_t axis = sweep.size(); axis-- > 0;) {
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
  std::size_t stride = 1;  // settings between neighbours on the axis
  for (std::size_t axis = sweep.size(); axis-- > 0;) {
    if (sweep[axis].compare && places[axis] > 0) others.insert(others.begin(), setting - places[axis] * stride);
    stride *= sweep[axis].size();
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
