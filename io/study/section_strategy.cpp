#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/study/size.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/regimen_keys.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_name = 200;

constexpr std::array<std::pair<std::string_view, DoseUnit>, 3> doses = {{
    {"dose_per_kg", DoseUnit::per_kg},
    {"dose", DoseUnit::cells},
    {"reference_doses", DoseUnit::reference_doses},
}};

/// Without cells there is nothing to be given; finish() says so.
Use cells_use(const KeySpec&, const Strategy& strategy, const Scope&) {
  return strategy.cells ? Use{} : Use::none();
}

void check_name(const KeyAt& at, const Strategy& strategy) {
  if (strategy.name.size() > longest_name || strategy.name.find_first_of("\n\r\t") != std::string::npos)
    at.refuse("the name of a strategy is one line of at most 200 bytes", "tables print it", "shorten it");
}

/// Options are found when all strategies are known: read_choices().
void read_choice_key(const KeyAt&, Strategy& strategy) {
  strategy.choice.emplace();
}

void read_cell(const KeyAt& at, Strategy& strategy) {
  strategy.cells = true;
  strategy.cell = static_cast<Cell>(read_choice(at).value_or(0));
}

std::string write_cell(const Strategy& strategy, const Scope&) {
  return toml_text(name_of(strategy.cell));
}

void read_dose(const KeyAt& at, Strategy& strategy) {
  for (const auto& [key, unit] : doses) {
    if (key == at.key.name) {
      strategy.regimen.dose_unit = unit;
      read_value(at, strategy.regimen.dose);
      return;
    }
    if (!at.table.has(key)) continue;
    at.problems().add(at.entry().place, fmt::format("both \"{}\" and \"{}\" are given", key, at.key.name),
                      "a strategy has one dose", "remove one");
    return;
  }
}

std::string write_dose(const KeySpec& key, const Strategy& strategy, const Scope&) {
  const auto given = doses.at(static_cast<std::size_t>(strategy.regimen.dose_unit));
  return key.name == given.first ? number_text(strategy.regimen.dose) : std::string();
}

constexpr KeySpec given(std::string_view unit, Range range) {
  return {.unit = unit, .range = range, .use = rule<cells_use>};
}

/// A choice has no regimen of its own.
Use own_use(const KeySpec&, const Strategy& strategy, const Scope&) {
  return strategy.choice ? Use::none("what is chosen has its own", "") : Use{};
}

/// Who is not eligible receives usual care, and cells were drawn for everybody.
Use eligibility_use(const KeySpec&, const Strategy& strategy, const Scope&) {
  if (strategy.choice) return Use::none("what is chosen has its own", "");
  if (strategy.cells)
    return Use::none(
        "events and costs of cells are made ready for every child: restrict population.eligibility, read "
        "[strata], or choose by a marker",
        "a strategy with cells has no eligibility");
  if (strategy.rehabilitation.empty() && !strategy.procedure)
    return Use::none("it is usual care for everybody", "the strategy gives nothing to be eligible for");
  return {};
}

constexpr std::array<KeySpec, 19> keys = {{
    field<&Strategy::name>("name", {.required = true, .check = checked<check_name>},
                           "How tables call the strategy; no two have the same name.", "\"four IV infusions\""),
    table_by<read_choice_key, &Strategy::choice>(
        "choose", choose_section, {},
        "Instead of `cell`: every patient receives one of two other strategies of the study, by a marker that is "
        "measured at baseline.",
        "{ marker = \"inflammation\", error_sd = 0.5, threshold = 0, above = \"MSC\", below = \"NSC\" }"),
    rehabilitation_key<&Strategy::rehabilitation>(
        {.use = rule<own_use>}, "Active therapy that the strategy gives beside cells or without them."),
    table<&Strategy::procedure>("procedure", procedure_use_section, {.use = rule<own_use>},
                                "A treatment without cells that the evidence knows, beside rehabilitation.",
                                "{ name = \"rhizotomy\" }"),
    table<&Strategy::eligibility>("eligibility", strategy_eligibility_section, {.use = rule<eligibility_use>},
                                  "Who may receive the strategy: every other child has usual care. Of strategies "
                                  "without cells; required where the evidence says whom the procedure is for.",
                                  "{ gmfcs = [\"II\", \"III\"], motor_type = [\"spastic\"] }"),
    custom<read_cell, write_cell>("cell", KeyType::text, {.choices = cell_names, .use = rule<cells_use>},
                                  "Cell type. A strategy without cells, rehabilitation and procedure is usual care.",
                                  "\"MSC\""),
    field<&Strategy::route>(
        "route", {.no_default = true, .use = rule<cells_use>},
        "How the cells are given; required with `cell`. The evidence decides which pairs of cell and route exist.",
        "\"intravenous\""),
    custom<read_dose, write_dose>("dose_per_kg", KeyType::number, given("cells/kg", regimen::dose_range),
                                  "Cells per infusion and kg of body weight. One of the three doses is required with "
                                  "`cell`; the evidence decides "
                                  "which unit a pair of cell and route is dosed in.",
                                  "2e6"),
    custom<read_dose, write_dose>("dose", KeyType::number, given("cells", regimen::dose_range),
                                  "Cells per infusion, whatever the weight.", "1e7"),
    custom<read_dose, write_dose>("reference_doses", KeyType::number, given("published doses", regimen::dose_range),
                                  "Published doses per infusion, where the number of cells is not known.", "1"),
    field<&Strategy::regimen, &Regimen::infusions>("infusions", given("", regimen::count_range),
                                                   "Infusions of one course.", "4"),
    field<&Strategy::regimen, &Regimen::interval_days>(
        "interval_days", given("days", regimen::days_range),
        "From one infusion of a course to the next; required where there is more than one.", "7"),
    field<&Strategy::regimen, &Regimen::courses>("courses", given("", regimen::count_range),
                                                 "How often the course is given.", "2"),
    field<&Strategy::regimen, &Regimen::course_interval_days>(
        "course_interval_days", given("days", regimen::days_range),
        "From the start of one course to the start of the next; required where there is more than one.", "180"),
    field<&Strategy::regimen, &Regimen::start_months>(
        "start_months",
        {.unit = "months",
         .range = {0, static_cast<double>(largest_occasion) / days_per_month},
         .quiet = true,
         .use = rule<cells_use>},
        "When the first infusion is given, since baseline: the child is older then, and has waited.", "24"),
    regimen::source_key<&Strategy::source>(rule<cells_use>),
    regimen::immunosuppression_key<&Strategy::regimen, &Regimen::immunosuppression>(rule<cells_use>),
    regimen::steroids_key<&Strategy::regimen, &Regimen::steroids>(rule<cells_use>),
    regimen::tolerance_key<&Strategy::regimen, &Regimen::tolerance>(rule<cells_use>),
}};

/// A regimen must be possible; that is asked only where the strategy is right otherwise.
void finish_cells(const TableReader& reader, Strategy& strategy) {
  const bool dosed = std::any_of(doses.begin(), doses.end(), [&](const auto& dose) { return reader.has(dose.first); });
  if (!reader.has("route"))
    reader.problems().add(reader.place(), "the strategy has no route", "cells are given",
                          "write route = \"intravenous\", or another of " + listed(route_names));
  if (!dosed)
    reader.problems().add(reader.place(), "the strategy has no dose", "cells are given",
                          "write dose_per_kg = 2e6, or dose or reference_doses");
  if (!reader.sound()) return;
  const std::string_view blamed = reader.has("infusions") ? "infusions" : "courses";
  regimen::complete(strategy.regimen, reader.place(blamed), reader.problems());
}

void finish(const TableReader& reader, Strategy& strategy, const Scope&) {
  if (strategy.cells && strategy.choice)
    reader.refuse("choose", "both \"cell\" and \"choose\" are given", "what is chosen has its own regimen",
                  "remove one");
  if (strategy.cells) {
    finish_cells(reader, strategy);
    return;
  }
  for (const KeySpec& key : keys) {
    if (key.use != &rule<cells_use> || !reader.has(key.name)) continue;
    reader.problems().add(
        reader.entry(key.name)->place, fmt::format("\"{}\" without \"cell\"", key.name),
        strategy.choice ? "what is chosen has its own regimen" : "a strategy without cells has no infusions",
        "write cell = \"MSC\", or remove the key");
  }
}

constexpr double largest_marker = 1000;

/// `above` and `below` stand in this order, so that the first option is the one above.
void read_option(const KeyAt& at, Choice& choice) {
  const std::optional<std::string> name = at.table.text(at.key.name);
  if (!name) return;
  const Strategy& whose = *at.scope.strategy;
  const std::vector<Strategy>& strategies = at.scope.study->strategies;
  const auto found =
      std::find_if(strategies.begin(), strategies.end(), [&](const Strategy& other) { return other.name == *name; });
  if (found == strategies.end() || *name == whose.name) {
    std::vector<std::string_view> names;
    for (const Strategy& other : strategies) {
      if (other.name != whose.name) names.push_back(other.name);
    }
    at.refuse("there is no other strategy " + quoted(*name), "one of two is chosen", did_you_mean(*name, names));
  } else if (found->choice) {
    at.refuse(quoted(*name) + " is itself a choice", "a choice is between two regimens", "name what it chooses");
  } else {
    choice.options.push_back(*found);
  }
}

std::string write_option(const KeySpec& key, const Choice& choice, const Scope&) {
  return toml_text((key.name == "above" ? choice.options.front() : choice.options.back()).name);
}

constexpr std::array<KeySpec, 5> choose_keys = {{
    field<&Choice::marker>(
        "marker", {.required = true},
        "`inflammation`: the score of systemic inflammation, in SD; `white_matter`: 1 where imaging should show white "
        "matter injury, else 0; `genotype`: 1 in carriers of the favourable genotype, else 0.",
        "\"inflammation\""),
    field<&Choice::error_sd>("error_sd", {.unit = "of the marker", .range = {0, largest_marker}, .required = true},
                             "Standard deviation of the measurement's error; 0 is a perfect marker.", "0.5"),
    field<&Choice::threshold>(
        "threshold", {.unit = "of the marker", .range = {-largest_marker, largest_marker}, .required = true},
        "Patients whose measured marker is at or above it receive `above`, the others `below`.", "0"),
    custom<read_option, write_option>("above", KeyType::text, {.form = "name of a strategy", .required = true},
                                      "See `threshold`.", "\"MSC\""),
    custom<read_option, write_option>("below", KeyType::text, {.form = "name of a strategy", .required = true},
                                      "See `threshold`.", "\"NSC\""),
}};

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

const SectionSpec strategy_section = section<Strategy, finish>(
    "strategy", "[[strategy]]",
    "What a patient receives: cells by a route under a regimen, rehabilitation and a procedure beside them or without "
    "cells, or usual care.",
    keys);

const SectionSpec choose_section = section<Choice>(
    "choose", "strategy.choose",
    "Which of two strategies a patient receives, by a marker with an error. The outcome is the patient's own under the "
    "chosen strategy. Cohorts only: an arm of a trial gives one regimen.",
    choose_keys);

void read_strategies(const TomlValue& list, StudyContext& context) {
  std::vector<Strategy>& strategies = context.study.strategies;
  const std::size_t first = strategies.size();
  std::set<std::string> names;
  for (const TomlValue& table : list.items) {
    const TableReader reader(table, strategy_section, context.problems);
    Strategy& strategy = strategies.emplace_back();
    if (table.is_table()) fill(reader, strategy, {&context.study, nullptr, &context});
    if (!strategy.name.empty() && !names.insert(strategy.name).second)
      reader.refuse("name", "two strategies are called " + quoted(strategy.name), "results are found by name",
                    "rename one");
    StudyPlaces::OfStrategy places = {.pair = reader.place("cell"), .dose = table.place};
    for (const auto& [key, unit] : doses) {
      if (reader.has(key)) places.dose = reader.place(key);
    }
    context.places.strategies.push_back(places);
  }
  // Choices last, so that they know all strategies.
  for (std::size_t k = 0; k < list.items.size(); ++k) {
    Strategy& strategy = strategies[first + k];
    if (!strategy.choice) continue;
    const TableReader reader(list.items[k].find("choose")->value, choose_section, context.problems);
    fill(reader, *strategy.choice, {.study = &context.study, .context = &context, .strategy = &strategy});
  }
}

}  // namespace vcohort
