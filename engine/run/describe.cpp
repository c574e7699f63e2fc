#include "engine/cohort/strata.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/run/plan.hpp"

namespace vcohort {

namespace {

Table describe_scenarios(const Study& study, std::span<const Evidence> evidence) {
  Table table{"/scenarios", "The stances of the evidence: each is a scenario of every table", {}};
  auto& scenario = table.add<std::string>("scenario", "", "name of the stance");
  for (const Evidence& stance : evidence) scenario.push_back(stance.name);
  auto& title = table.add<std::string>("title", "", "what the stance believes");
  for (const Evidence& stance : evidence) title.push_back(stance.title);
  auto& parameters = table.add<std::string>("parameters", "", "fixed, or uncertain: drawn per replicate");
  parameters.assign(evidence.size(), study.uncertain_parameters ? "uncertain" : "fixed");
  auto& overrides = table.add<std::int64_t>("overrides", "parameters", "parameters that the study replaced");
  overrides.assign(evidence.size(), static_cast<std::int64_t>(study.overrides.size()));
  return table;
}

Table describe_strategies(const Study& study) {
  Table table{"/strategies", "What patients may receive", {}};
  const auto text = [&](const char* name, const char* meaning, const auto& of) {
    auto& column = table.add<std::string>(name, "", meaning);
    for (const Strategy& strategy : study.strategies) column.emplace_back(of(strategy));
  };
  const auto number = [&](const char* name, const char* units, const char* meaning, const auto& of) {
    auto& column = table.add<double>(name, units, meaning);
    for (const Strategy& strategy : study.strategies) column.push_back(strategy.cells ? of(strategy.regimen) : 0.0);
  };
  const auto of_cells = [](const auto& name) {
    return [name](const Strategy& s) {
      return s.choice ? std::string("chosen") : s.cells ? std::string(name(s)) : std::string("none");
    };
  };
  text("strategy", "name", [](const Strategy& s) { return s.name; });
  text("cell", "cell type", of_cells([](const Strategy& s) { return name_of(s.cell); }));
  text("route", "route of delivery", of_cells([](const Strategy& s) { return name_of(s.route); }));
  text("source", "allogeneic or autologous", of_cells([](const Strategy& s) { return name_of(s.source); }));
  text("dose_unit", "per_kg, cells or reference_doses",
       of_cells([](const Strategy& s) { return name_of(s.regimen.dose_unit); }));
  number("dose", "of dose_unit", "dose per infusion", [](const Regimen& r) { return r.dose; });
  number("infusions", "infusions", "per course", [](const Regimen& r) { return static_cast<double>(r.infusions); });
  number("interval_days", "days", "between infusions of a course", [](const Regimen& r) { return r.interval_days; });
  number("courses", "courses", "number of courses", [](const Regimen& r) { return static_cast<double>(r.courses); });
  number("course_interval_days", "days", "between the starts of courses",
         [](const Regimen& r) { return r.course_interval_days; });
  const auto of_choice = [](const auto& name) {
    return [name](const Strategy& s) { return s.choice ? std::string(name(*s.choice)) : std::string(); };
  };
  text("marker", "what chooses between two strategies; empty where nothing is chosen",
       of_choice([](const Choice& c) { return name_of(c.marker); }));
  text("above", "strategy of patients whose measured marker is at or above the threshold",
       of_choice([](const Choice& c) { return c.options.front().name; }));
  text("below", "strategy of the others", of_choice([](const Choice& c) { return c.options.back().name; }));
  const auto number_of_choice = [&](const char* name, const char* meaning, double Choice::* member) {
    auto& column = table.add<double>(name, "of the marker", meaning);
    for (const Strategy& strategy : study.strategies)
      column.push_back(strategy.choice ? (*strategy.choice).*member : 0);
  };
  number_of_choice("error_sd", "standard deviation of the marker's measurement", &Choice::error_sd);
  number_of_choice("threshold", "where the choice changes", &Choice::threshold);
  return table;
}

Table describe_strata(const Study& study) {
  Table table{"/strata", "Which patients a row is about", {}};
  const StrataMap map(study.stratifications);
  auto& stratification = table.add<std::string>("stratification", "", "list of strata; empty for the overall stratum");
  for (const Stratum& stratum : map.strata()) stratification.push_back(stratum.stratification);
  auto& name = table.add<std::string>("stratum", "", "name of the stratum");
  for (const Stratum& stratum : map.strata()) name.push_back(stratum.name);
  return table;
}

Table describe_parameters(std::span<const Evidence> evidence) {
  Table table{"/parameters", "Every number of the model with its source and the strength of its evidence", {}};
  std::vector<std::string> scenario, parameter, unit, uncertainty, strength, source, meaning, kind;
  std::vector<std::int64_t> id;
  std::vector<double> value;
  for (const Evidence& stance : evidence)
    for (const Parameter& p : stance.parameters) {
      scenario.push_back(stance.name);
      id.push_back(p.id);
      parameter.push_back(p.name);
      value.push_back(p.value);
      unit.push_back(p.unit);
      uncertainty.emplace_back(name_of(p.uncertainty.kind));
      strength.emplace_back(name_of(p.strength));
      source.push_back(p.source);
      meaning.push_back(find_parameter(p.name)->meaning);
      kind.emplace_back(name_of(find_parameter(p.name)->kind));
    }
  table.add<std::string>("scenario", "", "stance of the evidence") = scenario;
  table.add<std::int64_t>("id", "", "permanent number of the parameter") = id;
  table.add<std::string>("parameter", "", "name") = parameter;
  table.add<double>("value", "of unit", "value, where parameters are fixed") = value;
  table.add<std::string>("unit", "", "unit of the value") = unit;
  table.add<std::string>("uncertainty", "", "family of the distribution over parameter draws") = uncertainty;
  table.add<std::string>("strength", "", "found, derived, recalled or assumed") = strength;
  table.add<std::string>("source", "", "where the value comes from") = source;
  table.add<std::string>("meaning", "", "what the parameter is") = meaning;
  table.add<std::string>("kind", "", "knowledge, or price: decided, not discovered") = kind;
  return table;
}

}  // namespace

std::vector<Table> describe(const Study& study, std::span<const Evidence> evidence) {
  if (study.data_model && !study.cohort && !study.policy)
    return {describe_scenarios(study, evidence)};  // no disease model, no evidence
  return {describe_scenarios(study, evidence), describe_strategies(study), describe_strata(study),
          describe_parameters(evidence)};
}

}  // namespace vcohort
