#include "tests/engine/patient/stances.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <map>
#include <stdexcept>

#include "engine/evidence/check.hpp"

namespace vcohort::test {

namespace {

Uncertainty read_uncertainty(const toml::table& table) {
  Uncertainty law;
  const auto number = [&](const char* key) { return table[key].value<double>(); };
  law.kind = *uncertainty_kind_of(*table["distribution"].value<std::string>());
  law.sd = number("sd").value_or(0);
  law.sigma = number("sigma").value_or(0);
  law.a = number("a").value_or(0);
  law.b = number("b").value_or(0);
  law.mode = number("mode").value_or(0);
  law.probability = number("probability").value_or(0);
  law.low = number("low");
  law.high = number("high");
  return law;
}

Evidence read(const std::string& name) {
  const toml::table file = toml::parse_file(std::string(VCOHORT_ORACLES) + "/../../scenarios/evidence/" + name + ".toml");
  Evidence evidence;
  evidence.name = name;
  for (const auto& [key, node] : *file["parameter"].as_table()) {
    const toml::table& table = *node.as_table();
    Parameter parameter;
    parameter.name = std::string(key.str());
    parameter.value = *table["value"].value<double>();
    parameter.unit = *table["unit"].value<std::string>();
    parameter.draw = table["draw"].value_or(std::string());
    parameter.source = *table["source"].value<std::string>();
    parameter.strength = *strength_of(*table["strength"].value<std::string>());
    if (const toml::table* law = table["uncertainty"].as_table()) parameter.uncertainty = read_uncertainty(*law);
    evidence.parameters.push_back(parameter);
  }
  static const toml::array none;
  const toml::array* priors = file["joint"].as_array();
  for (const auto& node : priors ? *priors : none) {
    const toml::table& table = *node.as_table();
    JointPrior prior;
    for (const auto& parameter : *table["parameters"].as_array()) prior.parameters.push_back(*parameter.value<std::string>());
    for (const auto& row : *table["correlation"].as_array()) {
      prior.correlation.emplace_back();
      for (const auto& entry : *row.as_array()) prior.correlation.back().push_back(*entry.value<double>());
    }
    prior.source = *table["source"].value<std::string>();
    evidence.joint.push_back(prior);
  }
  check(evidence);
  return evidence;
}

}  // namespace

const Evidence& stance(const std::string& name) {
  static std::map<std::string, Evidence> known;
  const auto found = known.find(name);
  return found != known.end() ? found->second : known.emplace(name, read(name)).first->second;
}

ParameterValues values_of(const std::string& stance_name) { return point_values(stance(stance_name)); }

void set_value(Evidence& evidence, const std::string& parameter, double value) {
  for (Parameter& known : evidence.parameters) {
    if (known.name != parameter) continue;
    known.value = value;
    known.uncertainty = {};
    return;
  }
  throw std::invalid_argument(parameter);
}

}  // namespace vcohort::test
