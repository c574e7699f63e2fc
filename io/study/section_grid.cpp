#include <fmt/format.h>

#include <array>
#include <set>

#include "io/study/number_text.hpp"
#include "io/study/regimen_keys.hpp"
#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 16> keys = {{
    {.name = "cell",
     .type = KeyType::list_of_texts,
     .required = true,
     .choices = cell_names,
     .meaning = "Cell types.",
     .example = "[\"MSC\"]"},
    {.name = "route",
     .type = KeyType::list_of_texts,
     .required = true,
     .choices = route_names,
     .meaning = "Routes. The evidence must know every pair of cell and route.",
     .example = "[\"intravenous\", \"intrathecal\"]"},
    {.name = "dose_per_kg",
     .type = KeyType::list_of_numbers,
     .unit = "cells/kg",
     .range = regimen::dose_range,
     .meaning = "Cells per infusion and kg of body weight. Exactly one of the six kinds of dose is required.",
     .example = "[1e6, 2e6]"},
    {.name = "dose",
     .type = KeyType::list_of_numbers,
     .unit = "cells",
     .range = regimen::dose_range,
     .meaning = "Cells per infusion.",
     .example = "[1e7]"},
    {.name = "reference_doses",
     .type = KeyType::list_of_numbers,
     .unit = "published doses",
     .range = regimen::dose_range,
     .meaning = "Published doses per infusion.",
     .example = "[0.5, 1]"},
    {.name = "total_dose_per_kg",
     .type = KeyType::list_of_numbers,
     .unit = "cells/kg",
     .range = regimen::dose_range,
     .meaning = "Cells per kg in all, divided equally among the infusions of all courses.",
     .example = "8e6"},
    {.name = "total_dose",
     .type = KeyType::list_of_numbers,
     .unit = "cells",
     .range = regimen::dose_range,
     .meaning = "Cells in all, divided likewise.",
     .example = "4e7"},
    {.name = "total_reference_doses",
     .type = KeyType::list_of_numbers,
     .unit = "published doses",
     .range = regimen::dose_range,
     .meaning = "Published doses in all, divided likewise.",
     .example = "4"},
    {.name = "infusions",
     .type = KeyType::list_of_integers,
     .fallback = "[1]",
     .range = regimen::count_range,
     .meaning = "Infusions of one course.",
     .example = "[1, 2, 4, 8]"},
    {.name = "interval_days",
     .type = KeyType::list_of_numbers,
     .unit = "days",
     .range = regimen::days_range,
     .meaning = "From one infusion of a course to the next; required where there is more than one.",
     .example = "[7, 30]"},
    {.name = "courses",
     .type = KeyType::list_of_integers,
     .fallback = "[1]",
     .range = regimen::count_range,
     .meaning = "How often the course is given.",
     .example = "[1, 2]"},
    {.name = "course_interval_days",
     .type = KeyType::list_of_numbers,
     .unit = "days",
     .range = regimen::days_range,
     .meaning = "From the start of one course to the start of the next; required where there is more than one.",
     .example = "180"},
    regimen::source_key,
    regimen::immunosuppression_key,
    regimen::steroids_key,
    regimen::tolerance_key,
}};

struct DoseKey {
  std::string_view key;
  DoseUnit unit;
  bool total;
};

constexpr std::array<DoseKey, 6> dose_keys = {{
    {"dose_per_kg", DoseUnit::per_kg, false},
    {"dose", DoseUnit::cells, false},
    {"reference_doses", DoseUnit::reference_doses, false},
    {"total_dose_per_kg", DoseUnit::per_kg, true},
    {"total_dose", DoseUnit::cells, true},
    {"total_reference_doses", DoseUnit::reference_doses, true},
}};

/// MSC/intravenous/2e6/4x/7d, with /2c/180d for two courses. A dose that is not per kg says so: 1e7cells, 1ref.
std::string grid_name(const Strategy& strategy) {
  constexpr std::array<std::string_view, 3> suffixes = {"", "cells", "ref"};
  const Regimen& regimen = strategy.regimen;
  std::string name =
      fmt::format("{}/{}/{}{}/{}x", name_of(strategy.cell), name_of(strategy.route), rounded_text(regimen.dose),
                  suffixes.at(static_cast<std::size_t>(regimen.dose_unit)), regimen.infusions);
  if (regimen.infusions > 1) name += fmt::format("/{}d", rounded_text(regimen.interval_days));
  if (regimen.courses > 1) name += fmt::format("/{}c/{}d", regimen.courses, rounded_text(regimen.course_interval_days));
  return name;
}

/// The values along each axis of the factorial.
struct Axes {
  std::vector<int> cells, routes;
  std::vector<double> doses;
  std::vector<std::int64_t> infusions, courses;
  std::vector<double> intervals, course_intervals;  // {0} where there are none
  const DoseKey* dose = nullptr;
  Place dose_place;

  double combinations() const {
    double product = 1;
    for (const std::size_t length : {cells.size(), routes.size(), doses.size(), infusions.size(), intervals.size(),
                                     courses.size(), course_intervals.size()}) {
      product *= static_cast<double>(length);
    }
    return product;
  }
};

bool read_dose(const TableReader& reader, Axes& axes) {
  for (const DoseKey& dose : dose_keys) {
    const TomlEntry* entry = reader.entry(dose.key);
    if (!entry) continue;
    if (axes.dose) {
      reader.problems().add(entry->place, fmt::format("both \"{}\" and \"{}\" are given", axes.dose->key, dose.key),
                            "a grid has one kind of dose", "remove one");
      return false;
    }
    axes.dose = &dose;
    axes.dose_place = entry->value.place;
    const auto doses = reader.numbers(dose.key);
    if (!doses) return false;
    axes.doses = *doses;
  }
  if (!axes.dose) {
    reader.problems().add(reader.place(), "the grid has no dose", "cells are given",
                          "write dose_per_kg = [2e6] or total_dose_per_kg = 8e6");
    return false;
  }
  return true;
}

std::optional<Axes> read_axes(const TableReader& reader) {
  Axes axes;
  const auto cells = reader.choices("cell");
  const auto routes = reader.choices("route");
  const auto infusions = reader.integers("infusions");
  const auto intervals = reader.numbers("interval_days");
  const auto courses = reader.integers("courses");
  const auto course_intervals = reader.numbers("course_interval_days");
  const bool dosed = read_dose(reader, axes);
  const bool whole = dosed && cells && routes && infusions && intervals && courses && course_intervals;
  if (!whole || cells->empty() || routes->empty()) return std::nullopt;
  axes.cells = *cells;
  axes.routes = *routes;
  axes.infusions = *infusions;
  axes.courses = *courses;
  axes.intervals = intervals->empty() ? std::vector<double>{0} : *intervals;
  axes.course_intervals = course_intervals->empty() ? std::vector<double>{0} : *course_intervals;
  return axes;
}

/// Calls `visit` with each combination; the last axis runs fastest. Stops when `visit` returns false.
template <typename Visit>
void for_each_combination(const Axes& axes, Visit visit) {
  for (const int cell : axes.cells)
    for (const int route : axes.routes)
      for (const double dose : axes.doses)
        for (const std::int64_t infusions : axes.infusions)
          for (const double interval : axes.intervals)
            for (const std::int64_t courses : axes.courses)
              for (const double course_interval : axes.course_intervals) {
                Strategy strategy;
                strategy.cells = true;
                strategy.cell = static_cast<Cell>(cell);
                strategy.route = static_cast<Route>(route);
                Regimen& regimen = strategy.regimen;
                regimen.dose = dose;
                regimen.dose_unit = axes.dose->unit;
                regimen.infusions = static_cast<int>(infusions);
                regimen.interval_days = interval;
                regimen.courses = static_cast<int>(courses);
                regimen.course_interval_days = course_interval;
                if (!visit(strategy)) return;
              }
}

}  // namespace

const SectionSpec grid_section = {
    .name = "grid",
    .heading = "[grid]",
    .meaning =
        "The full factorial of its lists, as strategies named like MSC/intravenous/2e6/4x/7d (dose per infusion, "
        "infusions, "
        "interval; with /2c/180d for two courses). Combinations that are the same regimen collapse into one. A single "
        "value "
        "may stand for a list of one.",
    .keys = keys,
};

void read_grid(const TomlValue& table, StudyContext& context) {
  const std::size_t problems_before = context.problems.size();
  const TableReader reader(table, grid_section, context.problems);
  const auto source = static_cast<CellSource>(reader.choice("source").value_or(0));
  const bool immunosuppression = reader.boolean("immunosuppression").value_or(false);
  const bool steroids = reader.boolean("steroids").value_or(false);
  const auto tolerance = static_cast<Regimen::Tolerance>(reader.choice("tolerance").value_or(0));
  const std::optional<Axes> axes = read_axes(reader);
  if (!axes || context.problems.size() != problems_before) return;
  if (axes->combinations() > largest_summary) {
    context.problems.add(table.place, fmt::format("the grid has {} combinations", number_text(axes->combinations())),
                         "at most a million are allowed", "shorten its lists");
    return;
  }
  std::set<std::string> names;
  for (const Strategy& strategy : context.study.strategies) names.insert(strategy.name);
  const std::set<std::string> named_before = names;
  for_each_combination(*axes, [&](Strategy strategy) {
    Regimen& regimen = strategy.regimen;
    strategy.source = source;
    regimen.immunosuppression = immunosuppression;
    regimen.steroids = steroids;
    regimen.tolerance = tolerance;
    if (!regimen::complete(regimen, table.place, context.problems)) return false;
    if (axes->dose->total) regimen.dose /= regimen.total_infusions();
    strategy.name = grid_name(strategy);
    if (named_before.contains(strategy.name)) {
      context.problems.add(table.place, "the grid makes a strategy " + quoted(strategy.name) + " that exists already",
                           "a [[strategy]] has that name", "rename it");
      return false;
    }
    if (!names.insert(strategy.name).second) return true;
    context.study.strategies.push_back(strategy);
    context.places.strategies.push_back({.pair = table.place, .dose = axes->dose_place, .from_grid = true});
    return true;
  });
}

}  // namespace vcohort
