#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "io/study/number_text.hpp"
#include "io/study/regimen_keys.hpp"
#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_name = 200;

constexpr std::array<KeySpec, 16> keys = {{
    {.name = "name",
     .required = true,
     .meaning = "How tables call the strategy; no two have the same name.",
     .example = "\"four IV infusions\""},
    {.name = "cell",
     .choices = cell_names,
     .meaning = "Cell type. Without it the strategy is rehabilitation alone, and has no other key than its name.",
     .example = "\"MSC\""},
    {.name = "route",
     .choices = route_names,
     .meaning =
         "How the cells are given; required with `cell`. The evidence decides which pairs of cell and route exist.",
     .example = "\"intravenous\""},
    {.name = "dose_per_kg",
     .type = KeyType::number,
     .unit = "cells/kg",
     .range = regimen::dose_range,
     .meaning = "Cells per infusion and kg of body weight. One of the three doses is required with `cell`; the "
                "evidence decides "
                "which unit a pair of cell and route is dosed in.",
     .example = "2e6"},
    {.name = "dose",
     .type = KeyType::number,
     .unit = "cells",
     .range = regimen::dose_range,
     .meaning = "Cells per infusion, whatever the weight.",
     .example = "1e7"},
    {.name = "reference_doses",
     .type = KeyType::number,
     .unit = "published doses",
     .range = regimen::dose_range,
     .meaning = "Published doses per infusion, where the number of cells is not known.",
     .example = "1"},
    {.name = "infusions",
     .type = KeyType::integer,
     .fallback = "1",
     .range = regimen::count_range,
     .meaning = "Infusions of one course.",
     .example = "4"},
    {.name = "interval_days",
     .type = KeyType::number,
     .unit = "days",
     .range = regimen::days_range,
     .meaning = "From one infusion of a course to the next; required where there is more than one.",
     .example = "7"},
    {.name = "courses",
     .type = KeyType::integer,
     .fallback = "1",
     .range = regimen::count_range,
     .meaning = "How often the course is given.",
     .example = "2"},
    {.name = "course_interval_days",
     .type = KeyType::number,
     .unit = "days",
     .range = regimen::days_range,
     .meaning = "From the start of one course to the start of the next; required where there is more than one.",
     .example = "180"},
    {.name = "start_months",
     .type = KeyType::number,
     .unit = "months",
     .fallback = "0",
     .range = {0, static_cast<double>(largest_occasion) / days_per_month},
     .meaning = "When the first infusion is given, since baseline: the child is older then, and has waited.",
     .example = "24"},
    regimen::source_key,
    regimen::immunosuppression_key,
    regimen::steroids_key,
    regimen::tolerance_key,
    {.name = "choose",
     .type = KeyType::table,
     .meaning = "Instead of `cell`: every patient receives one of two other strategies of the study, by a marker that "
                "is measured at baseline.",
     .example = "{ marker = \"inflammation\", error_sd = 0.5, threshold = 0, above = \"MSC\", below = \"NSC\" }"},
}};

constexpr double largest_marker = 1000;

constexpr std::array<KeySpec, 5> choose_keys = {{
    {.name = "marker",
     .required = true,
     .choices = marker_names,
     .meaning =
         "`inflammation`: the score of systemic inflammation, in SD; `white_matter`: 1 where imaging should show "
         "white matter injury, else 0; `genotype`: 1 in carriers of the favourable genotype, else 0.",
     .example = "\"inflammation\""},
    {.name = "error_sd",
     .type = KeyType::number,
     .unit = "of the marker",
     .required = true,
     .range = {0, largest_marker},
     .meaning = "Standard deviation of the measurement's error; 0 is a perfect marker.",
     .example = "0.5"},
    {.name = "threshold",
     .type = KeyType::number,
     .unit = "of the marker",
     .required = true,
     .range = {-largest_marker, largest_marker},
     .meaning = "Patients whose measured marker is at or above it receive `above`, the others `below`.",
     .example = "0"},
    {.name = "above",
     .form = "name of a strategy",
     .required = true,
     .meaning = "See `threshold`.",
     .example = "\"MSC\""},
    {.name = "below",
     .form = "name of a strategy",
     .required = true,
     .meaning = "See `threshold`.",
     .example = "\"NSC\""},
}};

constexpr std::array<std::pair<std::string_view, DoseUnit>, 3> doses = {{
    {"dose_per_kg", DoseUnit::per_kg},
    {"dose", DoseUnit::cells},
    {"reference_doses", DoseUnit::reference_doses},
}};

/// Reads exactly one of the doses into the regimen and returns its place.
std::optional<Place> read_dose(const TableReader& reader, Regimen& regimen) {
  const TomlEntry* given = nullptr;
  for (const auto& [key, unit] : doses) {
    const TomlEntry* entry = reader.entry(key);
    if (!entry) continue;
    if (given) {
      reader.problems().add(entry->place, fmt::format("both \"{}\" and \"{}\" are given", given->key, key),
                            "a strategy has one dose", "remove one");
      return std::nullopt;
    }
    given = entry;
    regimen.dose_unit = unit;
    const std::optional<double> dose = reader.number(key);
    if (!dose) return std::nullopt;
    regimen.dose = *dose;
  }
  if (!given) {
    reader.problems().add(reader.place(), "the strategy has no dose", "cells are given",
                          "write dose_per_kg = 2e6, or dose or reference_doses");
    return std::nullopt;
  }
  return given->value.place;
}

/// `problems_before` counts what was found before the strategy: whether its regimen is possible is asked only where the
/// strategy is right otherwise.
void read_cells(const TableReader& reader, Strategy& strategy, StudyPlaces::OfStrategy& places,
                std::size_t problems_before) {
  Regimen& regimen = strategy.regimen;
  strategy.cells = true;
  strategy.cell = static_cast<Cell>(reader.choice("cell").value_or(0));
  places.pair = reader.place("cell");
  if (!reader.has("route")) {
    reader.problems().add(reader.place(), "the strategy has no route", "cells are given",
                          "write route = \"intravenous\", or another of " + listed(route_names));
  }
  strategy.route = static_cast<Route>(reader.choice("route").value_or(0));
  if (const std::optional<Place> dose = read_dose(reader, regimen)) places.dose = *dose;
  regimen.infusions = static_cast<int>(reader.integer("infusions").value_or(1));
  regimen.interval_days = reader.number("interval_days").value_or(0);
  regimen.courses = static_cast<int>(reader.integer("courses").value_or(1));
  regimen.course_interval_days = reader.number("course_interval_days").value_or(0);
  regimen.start_months = reader.number("start_months").value_or(0);
  strategy.source = static_cast<CellSource>(reader.choice("source").value_or(0));
  regimen.immunosuppression = reader.boolean("immunosuppression").value_or(false);
  regimen.steroids = reader.boolean("steroids").value_or(false);
  regimen.tolerance = static_cast<Regimen::Tolerance>(reader.choice("tolerance").value_or(0));
  if (reader.problems().size() != problems_before) return;
  const std::string_view blamed = reader.has("infusions") ? "infusions" : "courses";
  regimen::complete(regimen, reader.place(blamed), reader.problems());
}

}  // namespace

namespace regimen {

bool complete(Regimen& regimen, const Place& place, Problems& problems) {
  const std::int64_t infusions = std::int64_t{regimen.infusions} * regimen.courses;
  if (infusions > largest_occasion) {
    problems.add(place, fmt::format("{} infusions in {} courses are impossible", regimen.infusions, regimen.courses),
                 fmt::format("{} in all, at most {} can be told apart", infusions, largest_occasion), "give fewer");
    return false;
  }
  if (regimen.infusions == 1) regimen.interval_days = 0;
  if (regimen.courses == 1) regimen.course_interval_days = 0;
  if (regimen.infusions > 1 && regimen.interval_days == 0) {
    problems.add(place, "\"interval_days\" is missing", fmt::format("a course has {} infusions", regimen.infusions),
                 "write interval_days = 7");
    return false;
  }
  if (regimen.courses > 1 && regimen.course_interval_days == 0) {
    problems.add(place, "\"course_interval_days\" is missing", fmt::format("there are {} courses", regimen.courses),
                 "write course_interval_days = 180");
    return false;
  }
  const double course_days = (regimen.infusions - 1) * regimen.interval_days;
  if (regimen.courses > 1 && !(regimen.course_interval_days > course_days)) {
    problems.add(place, "the courses overlap",
                 fmt::format("a course lasts {} days and the next begins after {}", number_text(course_days),
                             number_text(regimen.course_interval_days)),
                 "make course_interval_days longer");
    return false;
  }
  const double last_day =
      regimen.start_months * days_per_month + course_days + (regimen.courses - 1) * regimen.course_interval_days;
  if (last_day > static_cast<double>(largest_occasion)) {
    problems.add(place, fmt::format("the last infusion would be on day {}", number_text(last_day)),
                 fmt::format("a study has at most {} days", largest_occasion), "shorten the regimen");
    return false;
  }
  return true;
}

}  // namespace regimen

const SectionSpec strategy_section = {
    .name = "strategy",
    .heading = "[[strategy]]",
    .meaning = "What a patient receives: cells by a route under a regimen, or rehabilitation alone.",
    .keys = keys,
};

const SectionSpec choose_section = {
    .name = "choose",
    .heading = "strategy.choose",
    .meaning =
        "Which of two strategies a patient receives, by a marker with an error. The outcome is the patient's own "
        "under the chosen strategy. Cohorts only: an arm of a trial gives one regimen.",
    .keys = choose_keys,
};

namespace {

/// Fills in the two options of a choice; they may be declared before or behind it.
void read_choice(const TomlValue& table, Strategy& strategy, StudyContext& context) {
  const TomlEntry* entry = table.find("choose");
  const TableReader reader(entry->value, choose_section, context.problems);
  Choice choice;
  choice.marker = static_cast<Marker>(reader.choice("marker").value_or(0));
  choice.error_sd = reader.number("error_sd").value_or(0);
  choice.threshold = reader.number("threshold").value_or(0);
  std::vector<std::string_view> names;
  for (const Strategy& other : context.study.strategies)
    if (other.name != strategy.name) names.push_back(other.name);
  for (const std::string_view key : {"above", "below"}) {
    const std::optional<std::string> name = reader.text(key);
    if (!name) continue;
    const auto found = std::find_if(context.study.strategies.begin(), context.study.strategies.end(),
                                    [&](const Strategy& other) { return other.name == *name; });
    if (found == context.study.strategies.end() || *name == strategy.name) {
      reader.refuse(key, "there is no other strategy " + quoted(*name), "one of two is chosen",
                    did_you_mean(*name, names));
    } else if (found->choice) {
      reader.refuse(key, quoted(*name) + " is itself a choice", "a choice is between two regimens",
                    "name what it chooses");
    } else {
      choice.options.push_back(*found);
    }
  }
  strategy.choice = std::move(choice);
}

/// Choices last, so that they know all strategies; a choice among them is told by its key.
void read_choices(const TomlValue& list, std::size_t first, StudyContext& context) {
  const auto is_choice = [&](std::size_t k) { return list.items[k].is_table() && list.items[k].find("choose"); };
  for (std::size_t k = 0; k < list.items.size(); ++k)
    if (is_choice(k)) context.study.strategies[first + k].choice = Choice{};
  for (std::size_t k = 0; k < list.items.size(); ++k)
    if (is_choice(k)) read_choice(list.items[k], context.study.strategies[first + k], context);
}

}  // namespace

void read_strategies(const TomlValue& list, StudyContext& context) {
  const std::size_t first = context.study.strategies.size();
  std::set<std::string> names;
  for (const TomlValue& table : list.items) {
    const std::size_t problems_before = context.problems.size();
    const TableReader reader(table, strategy_section, context.problems);
    Strategy strategy;
    StudyPlaces::OfStrategy places = {.pair = table.place, .dose = table.place};
    strategy.name = reader.text("name").value_or("");
    if (strategy.name.size() > longest_name || strategy.name.find_first_of("\n\r\t") != std::string::npos) {
      reader.refuse("name", "the name of a strategy is one line of at most 200 bytes", "tables print it", "shorten it");
    }
    if (!strategy.name.empty() && !names.insert(strategy.name).second) {
      reader.refuse("name", "two strategies are called " + quoted(strategy.name), "results are found by name",
                    "rename one");
    }
    if (reader.has("cell") && reader.has("choose"))
      reader.refuse("choose", "both \"cell\" and \"choose\" are given", "what is chosen has its own regimen",
                    "remove one");
    if (reader.has("cell")) {
      read_cells(reader, strategy, places, problems_before);
    } else if (table.is_table()) {
      for (const KeySpec& key : keys) {
        if (key.name == "name" || key.name == "choose" || !reader.has(key.name)) continue;
        context.problems.add(reader.entry(key.name)->place, fmt::format("\"{}\" without \"cell\"", key.name),
                             reader.has("choose") ? "what is chosen has its own regimen"
                                                  : "a strategy without cells is rehabilitation alone",
                             "write cell = \"MSC\", or remove the key");
      }
    }
    context.study.strategies.push_back(strategy);
    context.places.strategies.push_back(places);
  }
  read_choices(list, first, context);
}

}  // namespace vcohort
