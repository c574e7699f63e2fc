#include <algorithm>
#include <limits>

#include "engine/cohort/strata.hpp"
#include "engine/evidence/law.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/evidence/without_evidence.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/run/plan.hpp"
#include "engine/study/beside_words.hpp"
#include "engine/study/reported_strata.hpp"

namespace vcohort {

namespace {

struct ScenarioRow {
  const Evidence& stance;
  std::string name;
  std::vector<std::size_t> places;  // on the axes of a sweep
};

std::vector<ScenarioRow> scenario_rows(const Study& study, const std::vector<Evidence>& stances) {
  std::vector<ScenarioRow> rows;
  const auto settings = static_cast<std::size_t>(settings_of(study.sweep));
  for (const Evidence& stance : stances)
    for (std::size_t setting = 0; setting < settings; ++setting)
      rows.push_back({stance, stance.name + (study.sweep.empty() ? "" : mark_of(study.sweep, setting)),
                      places_of(study.sweep, setting)});
  return rows;
}

Table describe_scenarios(const Study& study, std::span<const Evidence> evidence) {
  const bool sweeps = !study.sweep.empty();
  Table table{"/scenarios",
              sweeps ? "Each setting of the sweep under each stance of the evidence: the scenarios of every table"
                     : "The stances of the evidence: each is a scenario of every table",
              {}};
  std::vector<Evidence> stances(evidence.begin(), evidence.end());
  if (study.data_model && !study.stances.empty()) stances.push_back(evidence_of_data_model());
  const std::vector<ScenarioRow> rows = scenario_rows(study, stances);
  const Columns column(table, rows);
  column("scenario", "", sweeps ? "name of the stance and number of the setting" : "name of the stance",
         &ScenarioRow::name);
  if (sweeps) column("stance", "", "name of the stance", [](const ScenarioRow& row) { return row.stance.name; });
  column("title", "", "what the stance believes", [](const ScenarioRow& row) { return row.stance.title; });
  column("parameters", "", "fixed, or uncertain: drawn per replicate",
         [&](const ScenarioRow&) { return study.uncertain_parameters ? "uncertain" : "fixed"; });
  column("overrides", "parameters", "parameters that the study replaced",
         [&](const ScenarioRow&) { return study.overrides.size(); });
  for (const SweepColumn& swept : columns_of(study.sweep)) {
    const std::string meaning = "swept: " + swept.key;
    if (swept.numbers)
      column(swept.name, "", meaning, [&](const ScenarioRow& row) { return swept.as_numbers[row.places[swept.axis]]; });
    else
      column(swept.name, "", meaning, [&](const ScenarioRow& row) { return swept.values[row.places[swept.axis]]; });
  }
  return table;
}

/// The columns of /scenarios that the sweep varies, in the order of its axes.
Table describe_sweep(const Study& study) {
  const std::vector<SweepColumn> swept = columns_of(study.sweep);
  Table table{"/sweep", "What is swept: the columns of /scenarios that tell the settings apart", {}};
  const Columns column(table, swept);
  column("column", "", "name of the column", &SweepColumn::name);
  column("axis", "1", "number of the axis, from 1; columns of one axis move together",
         [](const SweepColumn& of) { return of.axis + 1; });
  column("key", "", "key or keys of the study that are set", &SweepColumn::key);
  column("values", "values", "number of values", [](const SweepColumn& of) { return of.values.size(); });
  return table;
}

/// Whether a strategy has fewer hours than usual care under one of the stances.
bool below_usual_hours_of(const Strategy& strategy, const Study& study, std::span<const Evidence> evidence) {
  return std::ranges::any_of(evidence, [&](const Evidence& stance) {
    const Parameter* usual = find(stance, "rehabilitation.usual_hours");
    return usual && std::ranges::any_of(below_usual_hours(study, usual->value),
                                        [&](std::size_t index) { return &study.strategies[index] == &strategy; });
  });
}

/// Of a study in which something is given beside cells, or without them.
template <class Column>
void describe_beside(const Study& study, std::span<const Evidence> evidence, const Column& column) {
  const auto unequal = unequal_hours_of(study);
  column("beside_cells", "", "rehabilitation and procedure; empty: usual care", beside_cells_in_words);
  column("compared_at_other_hours", "",
         "of cells: strategies with other hours of rehabilitation that they are compared with, so that a difference is "
         "that of cells and hours together",
         [&](const Strategy& s) {
           std::string names;
           for (const auto& [strategy, reference] : unequal)
             if (&study.strategies[strategy] == &s)
               names += (names.empty() ? "" : ", ") + study.strategies[reference].name;
           return names;
         });
  column(
      "hours_below_usual", "",
      "fewer hours of rehabilitation than the usual care of the evidence at some time: beyond the evidence, the loss "
      "is taken as the mirror of the gain",
      [&](const Strategy& s) { return below_usual_hours_of(s, study, evidence); });
}

Table describe_strategies(const Study& study, std::span<const Evidence> evidence) {
  Table table{"/strategies", "What patients may receive", {}};
  const Columns column(table, study.strategies);
  const auto of_cells = [](const auto& name) {
    return [&](const Strategy& s) -> std::string { return s.choice ? "chosen" : s.cells ? name(s) : "none"; };
  };
  const auto number = [&](const char* name, const char* units, const char* meaning, const auto& of) {
    column(name, units, meaning,
           [&](const Strategy& s) { return s.cells ? static_cast<double>(std::invoke(of, s.regimen)) : 0.0; });
  };
  column("strategy", "", "name", &Strategy::name);
  column("cell", "", "cell type", of_cells([](const Strategy& s) { return name_of(s.cell); }));
  column("route", "", "route of delivery", of_cells([](const Strategy& s) { return name_of(s.route); }));
  column("source", "", "allogeneic or autologous", of_cells([](const Strategy& s) { return name_of(s.source); }));
  column("dose_unit", "", "per_kg, cells or reference_doses",
         of_cells([](const Strategy& s) { return name_of(s.regimen.dose_unit); }));
  number("dose", "of dose_unit", "dose per infusion", &Regimen::dose);
  number("infusions", "infusions", "per course", &Regimen::infusions);
  number("interval_days", "days", "between infusions of a course", &Regimen::interval_days);
  number("courses", "courses", "number of courses", &Regimen::courses);
  number("course_interval_days", "days", "between the starts of courses", &Regimen::course_interval_days);
  const auto of_choice = [](const auto& value, auto otherwise) {
    return [=](const Strategy& s) { return s.choice ? decltype(otherwise)(std::invoke(value, *s.choice)) : otherwise; };
  };
  column("marker", "", "what chooses between two strategies; empty where nothing is chosen",
         of_choice([](const Choice& c) { return name_of(c.marker); }, std::string()));
  column("above", "", "strategy of patients whose measured marker is at or above the threshold",
         of_choice([](const Choice& c) { return c.options.front().name; }, std::string()));
  column("below", "", "strategy of the others",
         of_choice([](const Choice& c) { return c.options.back().name; }, std::string()));
  column("error_sd", "of the marker", "standard deviation of the marker's measurement",
         of_choice(&Choice::error_sd, 0.0));
  column("threshold", "of the marker", "where the choice changes", of_choice(&Choice::threshold, 0.0));
  const auto is_beside = [](const Strategy& s) { return !s.rehabilitation.empty() || s.procedure; };
  if (std::ranges::any_of(study.strategies, is_beside)) describe_beside(study, evidence, column);
  return table;
}

Table describe_strata(const Study& study) {
  Table table{"/strata", "Which patients a row is about", {}};
  const StrataMap map(reported_stratifications(study));
  const Columns column(table, map.strata());
  column("stratification", "", "list of strata; empty for the overall stratum", &Stratum::stratification);
  column("stratum", "", "name of the stratum", &Stratum::name);
  return table;
}

double probability_of_one(const Uncertainty& law) {
  return law.kind == Uncertainty::Kind::bernoulli ? law.probability : std::numeric_limits<double>::quiet_NaN();
}

Table describe_parameters(std::span<const Evidence> evidence) {
  struct Row {
    const Evidence& stance;
    const Parameter& parameter;
    const ParameterDefinition& definition;
  };
  std::vector<Row> rows;
  for (const Evidence& stance : evidence)
    for (const Parameter& parameter : stance.parameters)
      rows.push_back({stance, parameter, *find_parameter(parameter.name)});
  Table table{"/parameters", "Every number of the model with its source and the strength of its evidence", {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [](const Row& row) { return row.stance.name; });
  column("id", "", "permanent number of the parameter", [](const Row& row) { return row.parameter.id; });
  column("parameter", "", "name", [](const Row& row) { return row.parameter.name; });
  column("value", "of unit", "value, where parameters are fixed", [](const Row& row) { return row.parameter.value; });
  column("unit", "", "unit of the value", [](const Row& row) { return row.parameter.unit; });
  column("uncertainty", "", "family of the distribution over parameter draws",
         [](const Row& row) { return name_of(row.parameter.uncertainty.kind); });
  column("lower", "of unit", "2.5 % quantile of that distribution",
         [](const Row& row) { return middle_of(row.parameter).low; });
  column("upper", "of unit", "97.5 % quantile of that distribution",
         [](const Row& row) { return middle_of(row.parameter).high; });
  column("probability", "", "of a Bernoulli distribution, that the value is 1; of others missing",
         [](const Row& row) { return probability_of_one(row.parameter.uncertainty); });
  column("strength", "", "found, derived, recalled or assumed",
         [](const Row& row) { return name_of(row.parameter.strength); });
  column("source", "", "where the value comes from", [](const Row& row) { return row.parameter.source; });
  column("meaning", "", "what the parameter is", [](const Row& row) { return row.definition.meaning; });
  column("kind", "", "knowledge, or price: decided, not discovered",
         [](const Row& row) { return name_of(row.definition.kind); });
  return table;
}

}  // namespace

std::vector<Table> describe(const Study& study, std::span<const Evidence> evidence) {
  std::vector<Table> tables = {describe_scenarios(study, evidence)};
  if (!study.sweep.empty()) tables.push_back(describe_sweep(study));
  if (study.data_model && !study.cohort && !study.policy) return tables;  // no disease model, no evidence
  tables.push_back(describe_strategies(study, evidence));
  tables.push_back(describe_strata(study));
  tables.push_back(describe_parameters(evidence));
  return tables;
}

}  // namespace vcohort
