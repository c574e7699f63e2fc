#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/registry.hpp"

namespace vcohort {

/// A parameter of the registry with a value and a law; enough of a pedigree to pass.
inline Parameter parameter(const std::string& name, double value, const Uncertainty& uncertainty = {},
                           const std::string& draw = "") {
  const ParameterDefinition& definition = *find_parameter(name);
  return {definition.id, name, value, definition.unit, uncertainty, draw, "a test", Strength::assumed, {}, {}};
}

inline Uncertainty normal(double sd) {
  Uncertainty law;
  law.kind = Uncertainty::Kind::normal;
  law.sd = sd;
  return law;
}

inline Uncertainty lognormal(double sigma) {
  Uncertainty law;
  law.kind = Uncertainty::Kind::lognormal;
  law.sigma = sigma;
  return law;
}

inline Uncertainty beta(double a, double b) {
  Uncertainty law;
  law.kind = Uncertainty::Kind::beta;
  law.a = a;
  law.b = b;
  return law;
}

inline Uncertainty uniform(double low, double high) {
  Uncertainty law;
  law.kind = Uncertainty::Kind::uniform;
  law.low = low;
  law.high = high;
  return law;
}

inline Uncertainty bernoulli(double probability) {
  Uncertainty law;
  law.kind = Uncertainty::Kind::bernoulli;
  law.probability = probability;
  return law;
}

inline Uncertainty triangular(double low, double mode, double high) {
  Uncertainty law = uniform(low, high);
  law.kind = Uncertainty::Kind::triangular;
  law.mode = mode;
  return law;
}

inline Uncertainty truncated(Uncertainty law, std::optional<double> low, std::optional<double> high) {
  law.low = low;
  law.high = high;
  return law;
}

inline Evidence evidence_of(std::vector<Parameter> parameters, std::vector<JointPrior> joint = {}) {
  return {"test", "a few parameters", "", 0, std::move(parameters), std::move(joint), {}};
}

}  // namespace vcohort
