#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "engine/evidence/registry.hpp"
#include "io/study/policy_sections.hpp"

namespace vcohort {

namespace {

constexpr double fewest_patients = 64;  // the error comes from eight batches of them
constexpr double most_patients = 1e7;
constexpr double fewest_points = 16;
constexpr double most_points = 16384;
constexpr std::size_t most_values = 100;  // of one parameter of a grid
constexpr std::size_t most_searches = 50;

/// A name of nothing is refused, and left empty.
template <typename Moved>
void read_moved_name(const KeyAt& at, Moved& moved) {
  std::string name;
  read_value(at, name);
  if (name.empty() || names_parameters(name)) {
    moved.name = name;
  } else {
    refuse_parameter(at.value(), "there is nothing to move", at.problems());
  }
}

template <typename Moved>
std::string write_moved_name(const Moved& moved, const Scope&) {
  return toml_text(moved.name);
}

/// Reports what a parameter cannot be, or a factor below zero.
void check_allowed(const KeyAt& at, const std::string& name, double value) {
  const ParameterDefinition* definition = find_parameter(name);
  if (!definition && value < 0)
    at.refuse(fmt::format("{} is no factor", number_text(value)), "it must not be negative", "");
  if (!definition || (value >= definition->minimum && value <= definition->maximum)) return;
  at.refuse(fmt::format("{} cannot be {}", name, number_text(value)),
            fmt::format("allowed is {} to {}", number_text(definition->minimum), number_text(definition->maximum)), "");
}

void check_values(const KeyAt& at, const MovedParameter& moved) {
  if (moved.values.size() > most_values)
    at.refuse(fmt::format("{} values are too many", moved.values.size()), "at most 100 are allowed", "");
  if (moved.name.empty()) return;
  for (const double value : moved.values) check_allowed(at, moved.name, value);
}

void read_grid(const KeyAt& at, SensitivityQuestion& question) {
  if (!at.value().is_array() || at.value().items.size() != 2) {
    at.refuse("\"grid\" must be two tables", "it has two sides", "write grid = " + std::string(at.key.example));
    return;
  }
  read_list(at, question.grid, moved_section);
  if (!question.grid[0].name.empty() && question.grid[0].name == question.grid[1].name)
    at.refuse("both sides of the grid move " + quoted(question.grid[0].name), "one would undo the other",
              "name another parameter");
}

void read_thresholds(const KeyAt& at, SensitivityQuestion& question) {
  if (!at.value().is_array() || at.value().items.empty() || at.value().items.size() > most_searches) {
    at.refuse("\"threshold\" must be a list of tables", "one for each parameter, at most 50",
              "write threshold = " + std::string(at.key.example));
    return;
  }
  read_list(at, question.thresholds, threshold_section);
}

constexpr std::array<KeySpec, 5> keys = {{
    field<&SensitivityQuestion::quantiles>(
        "quantiles", {.range = between(0, 1)},
        "The low and the high end of a parameter's bar in the tornado, as probabilities of its law.", "[0.05, 0.95]"),
    field<&SensitivityQuestion::patients>("patients", {.range = {fewest_patients, most_patients}},
                                          "Patients at every point of tornado, grid and thresholds: the same ones.",
                                          "4_096"),
    table_by<read_grid, &SensitivityQuestion::grid>(
        "grid", moved_section, {.form = "two tables"}, "Asks for all pairs of values of two parameters.",
        "[{ parameter = \"price.product.MSC\", values = [2_000, 5_000, 10_000] }, { "
        "parameter = \"waning\", values = [0.5, 1, 2] }]"),
    table_by<read_thresholds, &SensitivityQuestion::thresholds>(
        "threshold", threshold_section, {.form = "list of tables"},
        "Asks where between two values of a parameter the best strategy changes.",
        "[{ parameter = \"price.product.MSC\" }, { parameter = \"effect.emax\", range = [0, 20] }]"),
    table<&SensitivityQuestion::sobol>("sobol", sobol_section, {.form = "sobol", .block = true},
                                       "Asks which parameters the variance of the net benefit comes from.",
                                       "{ points = 512 }"),
}};

constexpr std::string_view moved_meaning =
    "Name of a parameter, which is set to values; or the beginning of several, up to a dot, which are multiplied by a "
    "factor.";

constexpr std::array<KeySpec, 2> moved_keys = {{
    custom<read_moved_name<MovedParameter>, write_moved_name<MovedParameter>>(
        "parameter", KeyType::text, {.required = true}, moved_meaning, "\"price.product.MSC\""),
    field<&MovedParameter::values>("values", {.required = true, .check = checked<check_values>},
                                   "Its values in its unit, or the factors; at most 100.", "[2_000, 5_000, 10_000]"),
}};

void read_range(const KeyAt& at, ThresholdSearch& search) {
  const auto range = at.table.pair(at.key.name);
  if (!range) return;
  search.low = range->first;
  search.high = range->second;
  if (search.name.empty()) return;
  for (const double end : {range->first, range->second}) check_allowed(at, search.name, end);
}

std::string write_range(const ThresholdSearch& search, const Scope&) {
  return search.low ? number_list({*search.low, *search.high}) : std::string();
}

constexpr std::array<KeySpec, 2> threshold_keys = {{
    custom<read_moved_name<ThresholdSearch>, write_moved_name<ThresholdSearch>>(
        "parameter", KeyType::text, {.required = true}, moved_meaning, "\"effect.emax\""),
    custom<read_range, write_range>(
        "range", KeyType::pair_of_numbers, {},
        "From where to where is searched; without it from a tenth to ten times the evidence's value, as far as the "
        "model allows it.",
        "[0, 20]"),
}};

void check_points(const KeyAt& at, const SobolQuestion& question) {
  const auto points = static_cast<std::uint64_t>(question.points);
  if (!std::has_single_bit(points))
    at.refuse(fmt::format("{} points are no power of two", points), "the sequence is even only over powers of two",
              fmt::format("write points = {}", std::bit_ceil(points)));
}

void read_groups(const KeyAt& at, SobolQuestion& question) {
  question.groups = read_parameter_groups(at);
}

void write_groups(const SobolQuestion& question, const Scope&, const std::string& path, std::string& text) {
  write_parameter_groups(question.groups, path, text);
}

constexpr std::array<KeySpec, 3> sobol_keys = {{
    custom_block<read_groups, write_groups>(
        "groups", KeyType::table, {.form = "table of lists of parameters"},
        "Groups of parameters that get an index together; a name may be the beginning of several. Without it, those of "
        "the value of information. Everything uncertain that is in no group makes one more.",
        "{ effect = [\"effect\", \"delivery\"], utilities = [\"utility\"] }"),
    field<&SobolQuestion::points>(
        "points", {.range = {fewest_points, most_points}, .check = checked<check_points>},
        "Points of the quasi-random sequence, a power of two; each costs as many simulations as there are groups, and "
        "three more.",
        "1024"),
    field<&SobolQuestion::patients>("patients", {.range = {fewest_patients, most_patients}},
                                    "Patients of each simulation: the same ones.", "1_024"),
}};

}  // namespace

const SectionSpec sensitivity_section = section<SensitivityQuestion>(
    "sensitivity", "[policy.sensitivity]",
    "Asks how much the decision depends on single parameters: always for the tornado of all uncertain ones, the others "
    "where they are named. All at the `thresholds` of [policy].",
    keys);
const SectionSpec moved_section =
    section<MovedParameter>("grid", "policy.sensitivity.grid", "One side of a two-way grid.", moved_keys);
const SectionSpec threshold_section =
    section<ThresholdSearch>("threshold", "policy.sensitivity.threshold",
                             "A parameter along which the best strategy may change.", threshold_keys);
const SectionSpec sobol_section = section<SobolQuestion>(
    "sobol", "policy.sensitivity.sobol",
    "First-order and total Sobol indices of the incremental net benefit, with confidence intervals.", sobol_keys);

}  // namespace vcohort
