#include "tests/engine/policy/policies.hpp"

#include <cmath>
#include <stdexcept>

#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"

namespace vcohort::test {

Study policy_study(std::vector<Strategy> strategies, double age_years, int gmfcs, double horizon_years) {
  Study study;
  study.title = "test";
  study.seed = seed;
  study.population.age_years.kind = Distribution::Kind::fixed;
  study.population.age_years.value = age_years;
  study.population.gmfcs = {};
  study.population.gmfcs[static_cast<std::size_t>(gmfcs)] = 1;
  study.strategies = std::move(strategies);
  PolicyQuestion question;
  question.parameter_draws = 2;
  question.patients_per_draw = 64;
  question.horizon_years = horizon_years;
  question.currency = "USD";
  question.price_year = 2025;
  question.willingness_to = 200'000;
  question.willingness_step = 50'000;
  question.thresholds = {50'000};
  study.policy = question;
  return study;
}

Evidence uneventful(const std::string& stance_name) {
  Evidence evidence = stance(stance_name);
  for (Parameter& parameter : evidence.parameters) {
    parameter.uncertainty = {};
    const bool gone = parameter.name.starts_with("mortality.") ||
                      (parameter.name.starts_with("ae.") && !parameter.name.starts_with("ae.duration_days") &&
                       !parameter.name.starts_with("ae.grade2_share"));
    if (gone) parameter.value = 0;
  }
  evidence.joint.clear();
  return evidence;
}

Evidence linear_effect(double points, double waning_months) {
  constexpr double far_away = 1e6;  // EC50 in units of the exposure
  Evidence evidence = uneventful("sceptical");
  for (const auto& [name, value] : {std::pair("effect.emax", points * (1 + far_away)),
                                    {"effect.ec50", far_away},
                                    {"effect.hill", 1.0},
                                    {"effect.idiosyncratic_sd", 0.0},
                                    {"delivery.MSC.intravenous", 1.0},
                                    {"onset.motor", 1e-6},
                                    {"waning.motor", waning_months},
                                    {"responder.share", 1.0},
                                    {"responder.cv", 0.0},
                                    {"genotype.ratio", 1.0},
                                    {"inflammation.MSC", 0.0},
                                    {"patient.postneonatal_share", 0.0},
                                    {"immune.suppressed_share", 0.0},
                                    {"severity.MSC.III", 1.0},
                                    {"motor.limit_logit_sd.III", 0.0},
                                    {"motor.age90_log_sd.III", 0.0}})
    set_value(evidence, name, value);
  for (const char* injury : {"white_matter", "grey_matter", "malformation", "other"})
    set_value(evidence, std::string("injury.") + injury + ".MSC", 1.0);
  return evidence;
}

double credited(double points, double age_years) {
  const ParameterValues values = values_of("sceptical");
  const double growth = std::log(10.0) / values.at("motor.age90.III");
  const double room = 100 - values.at("motor.limit.III") * (1 - std::exp(-growth * age_years));
  return room * (1 - std::exp(-points / room));
}

Means means_of(const PolicySimulator& simulator, const ParameterValues& values, std::uint32_t replicate,
               std::int64_t patients) {
  PolicySimulator::Workspace workspace(simulator);
  Means means{std::vector<double>(simulator.strategies()), std::vector<double>(simulator.strategies())};
  simulator.simulate_patients(values, replicate, {0, patients}, workspace, [&](const TileConsequences& tile) {
    for (std::size_t s = 0; s < simulator.strategies(); ++s)
      for (int lane = 0; lane < tile.lanes(); ++lane) {
        means.cost[s] += tile.cost[s][lane] / static_cast<double>(patients);
        means.effect[s] += tile.effect[s][lane] / static_cast<double>(patients);
      }
  });
  return means;
}

Means means_of(const Study& study, const Evidence& evidence, std::int64_t patients) {
  return means_of(PolicySimulator(study), point_values(evidence), 0, patients);
}

std::vector<Table> tables_of(const Policy& policy) {
  Tally tally = policy.empty_tally();
  std::vector<Table> rows;
  for (std::int64_t block = 0; block < policy.blocks(); ++block) policy.simulate_block(block, tally, rows);
  return policy.deliver(tally);
}

const Table& table_of(const std::vector<Table>& tables, const std::string& path) {
  for (const Table& table : tables)
    if (table.path == path) return table;
  throw std::out_of_range(path);
}

const std::vector<double>& numbers_of(const Table& table, const std::string& column) {
  return std::get<std::vector<double>>(table.find(column)->values);
}

const std::vector<std::string>& texts_of(const Table& table, const std::string& column) {
  return std::get<std::vector<std::string>>(table.find(column)->values);
}

}  // namespace vcohort::test
