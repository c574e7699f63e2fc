#include <fmt/format.h>

#include <array>
#include <cmath>
#include <set>

#include "io/study/field.hpp"
#include "io/study/setting.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/toml_text.hpp"

namespace vcohort {

namespace {

constexpr std::int64_t most_values = 100'000;

/// What all scenarios of a study share.
constexpr std::array<std::string_view, 7> not_swept = {"format", "title", "seed", "evidence", "data", "claim", "sweep"};

/// How many decimals a number has as it is written; a study has no more of them than a double.
int decimals_of(double number) {
  const std::string text = fmt::format("{}", number);
  if (text.find('e') != std::string::npos) return text.find("e-") == std::string::npos ? 0 : 22;
  const auto point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

/// { from = 10, to = 20, step = 2 } in decimal arithmetic: 0.1 and ten steps of 0.1 make 1.1.
std::vector<std::string> range_of(const KeyAt& at, const std::string& key, const TomlValue& range) {
  const auto refuse = [&](std::string_view problem, std::string_view why, std::string_view what_to_do) {
    at.problems().add(range.place, fmt::format("the values of {} {}", quoted(key), problem), why, what_to_do);
    return std::vector<std::string>();
  };
  std::array<double, 3> bounds{};
  constexpr std::array<std::string_view, 3> names = {"from", "to", "step"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    const TomlEntry* entry = range.find(names[k]);
    const auto number = entry ? finite_number(entry->value) : std::nullopt;
    if (!number || range.entries.size() != names.size())
      return refuse("are no range", "it has from, to and step, all numbers",
                    "write { from = 10, to = 20, step = 2 }, or a list");
    bounds[k] = *number;
  }
  const auto [from, to, step] = bounds;
  constexpr int most_decimals = 15;
  constexpr double largest_whole = 9007199254740992.0;  // 2^53
  const int decimals = std::max({decimals_of(from), decimals_of(to), decimals_of(step)});
  const double unit = std::pow(10.0, decimals);  // exact
  if (decimals > most_decimals || std::fabs(from) * unit > largest_whole || std::fabs(to) * unit > largest_whole)
    return refuse("are no range", "its numbers have too many digits", "write them as a list");
  const double first = std::round(from * unit), last = std::round(to * unit), stride = std::round(step * unit);
  if (stride <= 0 || last < first)
    return refuse("are no range", "it goes from the lower to the higher number in positive steps",
                  "write { from = 10, to = 20, step = 2 }");
  if (std::fmod(last - first, stride) != 0)
    return refuse("miss the end of their range", "no whole number of steps leads there", "change to or step");
  if ((last - first) / stride >= most_values)
    return refuse("are too many", fmt::format("at most {} are allowed", most_values), "take a larger step");
  std::vector<std::string> values;
  for (double value = first; value <= last; value += stride) values.push_back(number_text(value / unit));
  return values;
}

void read_key(const KeyAt& at, const std::string& key, const TomlValue& values, SweepAxis& axis,
              std::vector<std::vector<Place>>& places) {
  const auto refuse = [&](std::string_view problem, std::string_view why, std::string_view what_to_do) {
    at.problems().add(values.place, fmt::format("{} {}", quoted(key), problem), why, what_to_do);
  };
  const std::vector<std::string> path = key_path(key);
  if (path.empty())
    return refuse("is no key", "it is dotted, as in --set",
                  "write \"trial.dropout.share\" or \"parameter.effect.emax\"");
  if (std::find(not_swept.begin(), not_swept.end(), path.front()) != not_swept.end())
    return refuse("cannot be swept", "it is the same in all scenarios of a study", "write a study for each");
  if (path.front() == "parameter" && path.size() == 1)
    return refuse("names no parameter", "", "write \"parameter.effect.emax\"; `vcohort schema` lists the others");
  SweptKey swept{key, {}};
  std::vector<Place> of_key;
  if (values.is_table()) {
    swept.values = range_of(at, key, values);
    of_key.assign(swept.values.size(), values.place);
  } else if (values.is_array()) {
    for (const TomlValue& value : values.items) {
      if (value.kind == TomlValue::Kind::date)
        return refuse("has a date among its values", "no key holds one", "write a text or a number");
      swept.values.push_back(toml_text_of(value));
      of_key.push_back(value.place);
    }
  } else {
    return refuse("has no list of values", fmt::format("it is {}", kind_text(values.kind)),
                  "write [a, b, c], or { from = 10, to = 20, step = 2 }");
  }
  if (values.is_array() && values.items.empty()) return refuse("has no values", "a list of them is empty", "add some");
  if (swept.values.empty()) return;
  if (!axis.keys.empty() && axis.size() != swept.values.size())
    return refuse(
        fmt::format("has {} values, and {} has {}", swept.values.size(), quoted(axis.keys.front().key), axis.size()),
        "the keys of an axis move together", "give them the same number, or an axis each: [[sweep]]");
  axis.keys.push_back(std::move(swept));
  places.push_back(std::move(of_key));
}

/// Keys with dots have quotes; without them they are tables inside of each other.
void read_keys(const KeyAt& at, const std::string& before, const TomlValue& table, SweepAxis& axis,
               std::vector<std::vector<Place>>& places) {
  for (const TomlEntry& entry : table.entries) {
    const std::string key = before.empty() ? entry.key : before + "." + entry.key;
    const bool is_range = entry.value.is_table() && (entry.value.find("from") || entry.value.find("step"));
    if (entry.value.is_table() && !is_range)
      read_keys(at, key, entry.value, axis, places);
    else
      read_key(at, key, entry.value, axis, places);
  }
}

void read_swept_values(const KeyAt& at, SweepAxis& axis) {
  if (!at.value().is_table())
    return at.refuse("\"values\" must be a table", fmt::format("it is {}", kind_text(at.value().kind)),
                     "write values = { \"trial.alpha\" = [0.05, 0.025] }");
  std::vector<std::vector<Place>> places;
  const std::size_t before = at.problems().size();
  read_keys(at, "", at.value(), axis, places);
  if (axis.keys.empty() && at.problems().size() == before)
    at.refuse("nothing is swept", "\"values\" is empty", "write values = { \"trial.alpha\" = [0.05, 0.025] }");
  at.scope.context->places.sweep.push_back(std::move(places));
}

std::string write_swept_values(const SweepAxis& axis, const Scope&) {
  std::string text;
  for (const SweptKey& swept : axis.keys)
    text += (text.empty() ? "{ " : ", ") + toml_text(swept.key) + " = " +
            list_text(swept.values, [](const std::string& value) { return value; });
  return text + " }";
}

constexpr std::array<KeySpec, 5> keys = {{
    field<&SweepAxis::name>("name", {}, "What the axis is called in tables; the key where it is absent.", "\"effect\""),
    custom<read_swept_values, write_swept_values>(
        "values", KeyType::table, {.form = "table of lists or ranges", .required = true},
        "The keys that move together, each with as many values: keys are those of `--set`, or `parameter.NAME`, which "
        "fixes a parameter of the evidence. A range `{ from = 10, to = 20, step = 2 }` stands for a list.",
        "{ \"trial.dropout.share\" = [[0.1], [0.2]] }"),
    field<&SweepAxis::labels>("labels", {.distinct = true}, "What the values are called in tables, one for each.",
                              "[\"few leave\", \"many leave\"]"),
    field<&SweepAxis::compare>("compare", {},
                               "Whether the differences in power and in net benefit from the first value of the axis "
                               "stand in `/trial/comparison` and `/policy/comparison`: scenarios share their random "
                               "numbers, so that these are known better than each number.",
                               "true"),
    field<&SweepAxis::one_at_a_time>("one_at_a_time", {},
                                     "Whether its values are tried alone: while one of these axes has another value, "
                                     "all others of them have their first. With `compare` the settings are a tornado "
                                     "of choices.",
                                     "true"),
}};

void finish_axis(const TableReader& reader, SweepAxis& axis, const Scope&) {
  if (axis.keys.empty()) return;
  if (!axis.labels.empty() && axis.labels.size() != axis.size())
    reader.refuse("labels", fmt::format("there are {} labels and {} values", axis.labels.size(), axis.size()), "",
                  "give one for each");
  if (axis.labels.empty() && !axis.name.empty() && axis.keys.size() > 1)
    reader.refuse("name", "an axis of several keys has a name and no labels",
                  "its values would stand in as many columns", "say with labels what its values are called");
}

}  // namespace

const SectionSpec sweep_section = section<SweepAxis, finish_axis>(
    "sweep", "[[sweep]]",
    "One axis of a sweep: many studies in one run. Axes cross unless they say otherwise; each combination of their "
    "values, under each stance, is "
    "a scenario, whose values are the first columns of every table that is shown or exported. Scenarios share their "
    "random numbers. The study without the sweep is valid by itself; seed and evidence are those of all.",
    keys);

void read_sweep(const TomlValue& list, StudyContext& context) {
  constexpr double most_settings = 1'000'000;
  std::set<std::string> names, swept;
  for (const TomlValue& table : list.items) {
    const TableReader reader(table, sweep_section, context.problems);
    SweepAxis axis;
    fill(reader, axis, {&context.study, nullptr, &context});
    for (const SweptKey& key : axis.keys)
      if (!swept.insert(key.key).second)
        reader.refuse("values", quoted(key.key) + " is swept twice", "it has one value in a scenario",
                      "remove one, or let both move together in one axis");
    context.study.sweep.push_back(std::move(axis));
    if (!reader.sound()) continue;
    for (const SweepColumn& column : columns_of({context.study.sweep.back()}))
      if (!names.insert(column.name).second)
        reader.refuse("name", fmt::format("two axes are called {}", quoted(column.name)),
                      "their values stand in columns of that name", "rename one");
  }
  if (settings_of(context.study.sweep) > most_settings)
    context.problems.add(list.items.back().place,
                         fmt::format("the sweep has {} settings", number_text(settings_of(context.study.sweep))),
                         fmt::format("at most {} are allowed", number_text(most_settings)), "ask for less");
}

}  // namespace vcohort
