#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "engine/evidence/registry.hpp"
#include "io/study/number_text.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr double fewest_patients = 64;  // the error comes from eight batches of them
constexpr double most_patients = 1e7;
constexpr double fewest_points = 16;
constexpr double most_points = 16384;
constexpr double default_low = 0.025, default_high = 0.975;
constexpr std::size_t most_values = 100;  // of one parameter of a grid
constexpr std::size_t most_searches = 50;

constexpr std::array<KeySpec, 5> keys = {{
    {.name = "quantiles",
     .type = KeyType::pair_of_numbers,
     .range = {.low = 0, .high = 1, .low_excluded = true, .high_excluded = true},
     .meaning = "The low and the high end of a parameter's bar in the tornado, as probabilities of its law; without it "
                "0.025 and 0.975.",
     .example = "[0.05, 0.95]"},
    {.name = "patients",
     .type = KeyType::integer,
     .fallback = "2048",
     .range = {fewest_patients, most_patients},
     .meaning = "Patients at every point of tornado, grid and thresholds: the same ones.",
     .example = "4_096"},
    {.name = "grid",
     .type = KeyType::other,
     .form = "two tables",
     .meaning = "Asks for all pairs of values of two parameters.",
     .example = "[{ parameter = \"price.product.MSC\", values = [2_000, 5_000, 10_000] }, { parameter = \"waning\", "
                "values = [0.5, 1, 2] }]"},
    {.name = "threshold",
     .type = KeyType::other,
     .form = "list of tables",
     .meaning = "Asks where between two values of a parameter the best strategy changes.",
     .example = "[{ parameter = \"price.product.MSC\" }, { parameter = \"effect.emax\", range = [0, 20] }]"},
    {.name = "sobol",
     .type = KeyType::table,
     .form = "sobol",
     .meaning = "Asks which parameters the variance of the net benefit comes from.",
     .example = "{ points = 512 }"},
}};

constexpr std::string_view moved_meaning =
    "Name of a parameter, which is set to values; or the beginning of several, up to a dot, which are multiplied by a "
    "factor.";

constexpr std::array<KeySpec, 2> moved_keys = {{
    {.name = "parameter", .required = true, .meaning = moved_meaning, .example = "\"price.product.MSC\""},
    {.name = "values",
     .type = KeyType::list_of_numbers,
     .required = true,
     .meaning = "Its values in its unit, or the factors; at most 100.",
     .example = "[2_000, 5_000, 10_000]"},
}};

constexpr std::array<KeySpec, 2> threshold_keys = {{
    {.name = "parameter", .required = true, .meaning = moved_meaning, .example = "\"effect.emax\""},
    {.name = "range",
     .type = KeyType::pair_of_numbers,
     .meaning = "From where to where is searched; without it from a tenth to ten times the evidence's value, as far as "
                "the model allows it.",
     .example = "[0, 20]"},
}};

constexpr std::array<KeySpec, 3> sobol_keys = {{
    {.name = "groups",
     .type = KeyType::table,
     .form = "table of lists of parameters",
     .meaning = "Groups of parameters that get an index together; a name may be the beginning of several. Without it, "
                "those of the value of information. Everything uncertain that is in no group makes one more.",
     .example = "{ effect = [\"effect\", \"delivery\"], utilities = [\"utility\"] }"},
    {.name = "points",
     .type = KeyType::integer,
     .fallback = "512",
     .range = {fewest_points, most_points},
     .meaning = "Points of the quasi-random sequence, a power of two; each costs as many simulations as there are "
                "groups, and three more.",
     .example = "1024"},
    {.name = "patients",
     .type = KeyType::integer,
     .fallback = "1024",
     .range = {fewest_patients, most_patients},
     .meaning = "Patients of each simulation: the same ones.",
     .example = "1_024"},
}};

/// The name of what moves, if it is one.
std::optional<std::string> moved_name(const TableReader& table) {
  const auto name = table.text("parameter");
  if (!name) return std::nullopt;
  if (names_parameters(*name)) return name;
  refuse_parameter(table.entry("parameter")->value, "there is nothing to move", table.problems());
  return std::nullopt;
}

/// Reports what a parameter cannot be, or a factor below zero.
void check_allowed(const TableReader& table, std::string_view key, const std::string& name, double value) {
  const ParameterDefinition* definition = find_parameter(name);
  if (!definition && value < 0)
    table.refuse(key, fmt::format("{} is no factor", number_text(value)), "it must not be negative", "");
  if (!definition || (value >= definition->minimum && value <= definition->maximum)) return;
  table.refuse(key, fmt::format("{} cannot be {}", name, number_text(value)),
               fmt::format("allowed is {} to {}", number_text(definition->minimum), number_text(definition->maximum)),
               "");
}

std::vector<MovedParameter> read_grid_of(const TableReader& reader) {
  std::vector<MovedParameter> grid;
  const TomlEntry* entry = reader.entry("grid");
  if (!entry) return grid;
  if (!entry->value.is_array() || entry->value.items.size() != 2) {
    reader.refuse("grid", "\"grid\" must be two tables", "it has two sides",
                  "write grid = " + std::string(reader.declared("grid").example));
    return grid;
  }
  for (const TomlValue& item : entry->value.items) {
    const TableReader table(item, moved_section, reader.problems());
    MovedParameter moved{moved_name(table).value_or(""), table.numbers("values").value_or(std::vector<double>())};
    if (moved.values.size() > most_values)
      table.refuse("values", fmt::format("{} values are too many", moved.values.size()), "at most 100 are allowed", "");
    if (!moved.name.empty())
      for (const double value : moved.values) check_allowed(table, "values", moved.name, value);
    grid.push_back(std::move(moved));
  }
  if (!grid[0].name.empty() && grid[0].name == grid[1].name)
    reader.refuse("grid", "both sides of the grid move " + quoted(grid[0].name), "one would undo the other",
                  "name another parameter");
  return grid;
}

std::vector<ThresholdSearch> read_thresholds(const TableReader& reader) {
  std::vector<ThresholdSearch> searches;
  const TomlEntry* entry = reader.entry("threshold");
  if (!entry) return searches;
  if (!entry->value.is_array() || entry->value.items.empty() || entry->value.items.size() > most_searches) {
    reader.refuse("threshold", "\"threshold\" must be a list of tables", "one for each parameter, at most 50",
                  "write threshold = " + std::string(reader.declared("threshold").example));
    return searches;
  }
  for (const TomlValue& item : entry->value.items) {
    const TableReader table(item, threshold_section, reader.problems());
    ThresholdSearch search{moved_name(table).value_or(""), {}, {}};
    if (const auto range = table.pair("range")) {
      search.low = range->first;
      search.high = range->second;
      if (!search.name.empty())
        for (const double end : {range->first, range->second}) check_allowed(table, "range", search.name, end);
    }
    searches.push_back(std::move(search));
  }
  return searches;
}

std::optional<SobolQuestion> read_sobol(const TableReader& reader) {
  const TomlEntry* entry = reader.entry("sobol");
  if (!entry) return std::nullopt;
  const TableReader table(entry->value, sobol_section, reader.problems());
  SobolQuestion question{read_parameter_groups(table, "groups"), table.integer("points").value_or(0),
                         table.integer("patients").value_or(0)};
  if (question.points > 0 && !std::has_single_bit(static_cast<std::uint64_t>(question.points)))
    table.refuse("points", fmt::format("{} points are no power of two", question.points),
                 "the sequence is even only over powers of two",
                 fmt::format("write points = {}", std::bit_ceil(static_cast<std::uint64_t>(question.points))));
  return question;
}

}  // namespace

const SectionSpec sensitivity_section = {
    .name = "sensitivity",
    .heading = "[policy.sensitivity]",
    .meaning =
        "Asks how much the decision depends on single parameters: always for the tornado of all uncertain ones, "
        "the others where they are named. All at the `thresholds` of [policy].",
    .keys = keys};
const SectionSpec moved_section = {
    .name = "grid", .heading = "policy.sensitivity.grid", .meaning = "One side of a two-way grid.", .keys = moved_keys};
const SectionSpec threshold_section = {.name = "threshold",
                                       .heading = "policy.sensitivity.threshold",
                                       .meaning = "A parameter along which the best strategy may change.",
                                       .keys = threshold_keys};
const SectionSpec sobol_section = {
    .name = "sobol",
    .heading = "policy.sensitivity.sobol",
    .meaning = "First-order and total Sobol indices of the incremental net benefit, with confidence intervals.",
    .keys = sobol_keys};

void read_sensitivity(const TableReader& reader, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("sensitivity");
  if (!entry) return;
  const TableReader table(entry->value, sensitivity_section, reader.problems());
  if (!entry->value.is_table()) return;
  SensitivityQuestion sensitivity;
  sensitivity.quantiles = table.pair("quantiles").value_or(std::pair(default_low, default_high));
  sensitivity.patients = table.integer("patients").value_or(0);
  sensitivity.grid = read_grid_of(table);
  sensitivity.thresholds = read_thresholds(table);
  sensitivity.sobol = read_sobol(table);
  question.sensitivity = std::move(sensitivity);
}

}  // namespace vcohort
