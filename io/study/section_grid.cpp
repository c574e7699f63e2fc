#include <fmt/format.h>

#include <array>
#include <set>

#include "engine/study/names.hpp"
#include "io/study/regimen_keys.hpp"

namespace vcohort {

namespace {

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

/// The values along each axis of the factorial, and what its strategies have in common.
struct Grid {
  std::vector<std::string> cells, routes;
  std::vector<double> doses;
  const DoseKey* dose = nullptr;
  Place dose_place;
  std::vector<std::int64_t> infusions = {1}, courses = {1};
  std::vector<double> intervals, course_intervals;
  Strategy common;

  double combinations() const {
    double product = 1;
    for (const std::size_t length : {cells.size(), routes.size(), doses.size(), infusions.size(), intervals.size(),
                                     courses.size(), course_intervals.size()}) {
      product *= static_cast<double>(length);
    }
    return product;
  }
};

void read_dose(const KeyAt& at, Grid& grid) {
  if (grid.dose) {
    at.problems().add(at.entry().place, fmt::format("both \"{}\" and \"{}\" are given", grid.dose->key, at.key.name),
                      "a grid has one kind of dose", "remove one");
    return;
  }
  for (const DoseKey& dose : dose_keys) {
    if (dose.key == at.key.name) grid.dose = &dose;
  }
  grid.dose_place = at.value().place;
  read_value(at, grid.doses);
}

std::string write_dose(const KeySpec& key, const Grid& grid, const Scope&) {
  return grid.dose && grid.dose->key == key.name ? number_list(grid.doses) : std::string();
}

constexpr KeySpec dose(std::string_view name, std::string_view unit, std::string_view meaning,
                       std::string_view example) {
  return custom<read_dose, write_dose>(name, KeyType::list_of_numbers, {.unit = unit, .range = regimen::dose_range},
                                       meaning, example);
}

constexpr std::array<KeySpec, 16> keys = {{
    field<&Grid::cells>("cell", {.choices = cell_names, .required = true}, "Cell types.", "[\"MSC\"]"),
    field<&Grid::routes>("route", {.choices = route_names, .required = true},
                         "Routes. The evidence must know every pair of cell and route.",
                         "[\"intravenous\", \"intrathecal\"]"),
    dose("dose_per_kg", "cells/kg",
         "Cells per infusion and kg of body weight. Exactly one of the six kinds of dose is required.", "[1e6, 2e6]"),
    dose("dose", "cells", "Cells per infusion.", "[1e7]"),
    dose("reference_doses", "published doses", "Published doses per infusion.", "[0.5, 1]"),
    dose("total_dose_per_kg", "cells/kg", "Cells per kg in all, divided equally among the infusions of all courses.",
         "8e6"),
    dose("total_dose", "cells", "Cells in all, divided likewise.", "4e7"),
    dose("total_reference_doses", "published doses", "Published doses in all, divided likewise.", "4"),
    field<&Grid::infusions>("infusions", {.range = regimen::count_range}, "Infusions of one course.", "[1, 2, 4, 8]"),
    field<&Grid::intervals>("interval_days", {.unit = "days", .range = regimen::days_range},
                            "From one infusion of a course to the next; required where there is more than one.",
                            "[7, 30]"),
    field<&Grid::courses>("courses", {.range = regimen::count_range}, "How often the course is given.", "[1, 2]"),
    field<&Grid::course_intervals>(
        "course_interval_days", {.unit = "days", .range = regimen::days_range},
        "From the start of one course to the start of the next; required where there is more than one.", "180"),
    regimen::source_key<&Grid::common, &Strategy::source>(),
    regimen::immunosuppression_key<&Grid::common, &Strategy::regimen, &Regimen::immunosuppression>(),
    regimen::steroids_key<&Grid::common, &Strategy::regimen, &Regimen::steroids>(),
    regimen::tolerance_key<&Grid::common, &Strategy::regimen, &Regimen::tolerance>(),
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

/// Calls `visit` with each combination; the last axis runs fastest. Stops when `visit` returns false.
template <typename Visit>
void for_each_combination(const Grid& grid, Visit visit) {
  for (const std::string& cell : grid.cells)
    for (const std::string& route : grid.routes)
      for (const double dose : grid.doses)
        for (const std::int64_t infusions : grid.infusions)
          for (const double interval : grid.intervals)
            for (const std::int64_t courses : grid.courses)
              for (const double course_interval : grid.course_intervals) {
                Strategy strategy = grid.common;
                strategy.cells = true;
                strategy.cell = static_cast<Cell>(index_of(cell_names, cell).value_or(0));
                strategy.route = static_cast<Route>(index_of(route_names, route).value_or(0));
                Regimen& regimen = strategy.regimen;
                regimen.dose = dose;
                regimen.dose_unit = grid.dose->unit;
                regimen.infusions = static_cast<int>(infusions);
                regimen.interval_days = interval;
                regimen.courses = static_cast<int>(courses);
                regimen.course_interval_days = course_interval;
                if (!visit(strategy)) return;
              }
}

}  // namespace

const SectionSpec grid_section = section<Grid>("grid", "[grid]",
                                               "The full factorial of its lists, as strategies named like "
                                               "MSC/intravenous/2e6/4x/7d (dose per infusion, infusions, "
                                               "interval; with /2c/180d for two courses). Combinations that are the "
                                               "same regimen collapse into one. A single value "
                                               "may stand for a list of one.",
                                               keys);

void read_grid(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, grid_section, context.problems);
  Grid grid;
  fill(reader, grid, {&context.study, nullptr, &context});
  if (!grid.dose)
    context.problems.add(reader.place(), "the grid has no dose", "cells are given",
                         "write dose_per_kg = [2e6] or total_dose_per_kg = 8e6");
  if (!reader.sound()) return;
  if (grid.intervals.empty()) grid.intervals.push_back(0);
  if (grid.course_intervals.empty()) grid.course_intervals.push_back(0);
  if (grid.combinations() > largest_summary) {
    context.problems.add(table.place, fmt::format("the grid has {} combinations", number_text(grid.combinations())),
                         "at most a million are allowed", "shorten its lists");
    return;
  }
  std::set<std::string> names;
  for (const Strategy& strategy : context.study.strategies) names.insert(strategy.name);
  const std::set<std::string> named_before = names;
  for_each_combination(grid, [&](Strategy strategy) {
    Regimen& regimen = strategy.regimen;
    if (!regimen::complete(regimen, table.place, context.problems)) return false;
    if (grid.dose->total) regimen.dose /= regimen.total_infusions();
    strategy.name = grid_name(strategy);
    if (named_before.contains(strategy.name)) {
      context.problems.add(table.place, "the grid makes a strategy " + quoted(strategy.name) + " that exists already",
                           "a [[strategy]] has that name", "rename it");
      return false;
    }
    if (!names.insert(strategy.name).second) return true;
    context.study.strategies.push_back(strategy);
    context.places.strategies.push_back({.pair = table.place, .dose = grid.dose_place, .from_grid = true});
    return true;
  });
}

}  // namespace vcohort
