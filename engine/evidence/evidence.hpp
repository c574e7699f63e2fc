#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/study/beside_cells.hpp"

namespace vcohort {

/// Where a number comes from: seen in a publication, computed from such numbers, remembered from the literature, or a
/// modelling choice that nobody measured.
enum class Strength : std::uint8_t { found, derived, recalled, assumed };

const char* name_of(Strength);  // "found", "derived", "recalled", "assumed"

/// What is not known about a parameter: the law of its value over parameter draws.
///
///   fixed       the value
///   normal      N(value, sd^2), truncated to [low, high] where given
///   lognormal   value * exp(sigma z), so the value is the median; truncated to [low, high] where given. A negative
///   sigma
///               lets a multiplier fall where those of the same shared draw rise.
///   beta        low + (high - low) Beta(a, b), 0 and 1 where not given
///   uniform     on [low, high]
///   triangular  on [low, high] with its peak at mode
///   bernoulli   1 with the probability, else 0
///
/// The value need be neither mean nor median of a beta, uniform, triangular or bernoulli: it is what runs with fixed
/// parameters use.
struct Uncertainty {
  enum class Kind : std::uint8_t { fixed, normal, lognormal, beta, uniform, triangular, bernoulli } kind = Kind::fixed;
  double sd = 0;
  double sigma = 0;
  double a = 0, b = 0;
  double mode = 0;
  double probability = 0;
  std::optional<double> low, high;
};

const char* name_of(Uncertainty::Kind);

/// What a number was before a version of the evidence put it right.
struct Revision {
  std::string until;  // date of the version that changed it, YYYY-MM-DD
  double value = 0;   // the old one
  std::string why;    // it was changed
};

/// A number of the model with its pedigree.
struct Parameter {
  std::uint16_t id = 0;  // of the registry
  std::string name;
  double value = 0;
  std::string unit;
  Uncertainty uncertainty;
  std::string draw;  // parameters with the same shared draw use one normal, so that ordered multipliers stay ordered
  std::string source;
  Strength strength = Strength::assumed;
  std::string reason;             // why an overlay differs from its base; empty elsewhere
  std::vector<Revision> history;  // latest first
};

/// Parameters that were calibrated together: their normals have this correlation (a Gaussian copula), their marginals
/// stay.
struct JointPrior {
  std::vector<std::string> parameters;
  std::vector<std::vector<double>> correlation;
  std::string source;
};

/// What a procedure is and whom it is meant for: a family of parameters, procedure.*.NAME.
struct ProcedureFacts {
  Procedure procedure = Procedure::rhizotomy;
  std::string title;
  StrategyEligibility indication;
  std::string source;
};

/// A stance: one complete, self-contained set of parameters.
struct Evidence {
  std::string name;
  std::string title;
  std::string currency;  // of every amount of money; empty where there is none
  int price_year = 0;
  std::vector<Parameter> parameters;  // sorted by id
  std::vector<JointPrior> joint;
  std::vector<ProcedureFacts> procedures;  // by their number
};

/// Null when the evidence has no such parameter.
const Parameter* find(const Evidence& evidence, std::string_view name);

/// Refuses evidence that the model cannot trust: an unknown, repeated or missing parameter, a value or a law that
/// leaves the allowed range, a unit that is not the registry's, a missing source, a delivery without its reference
/// dose, a joint prior that is no correlation matrix. Sorts the parameters by id and fills in their ids.
/// @throws InvalidInput naming the parameter
void check(Evidence& evidence);

/// Replaces the value of a parameter, or supplies an optional one that the evidence leaves out. The value is then fixed
/// unless an uncertainty is given; every other parameter is drawn as before, those of the same shared draw or joint
/// prior too. The strength becomes `assumed`: what a study asserts, nobody has reviewed.
/// @throws InvalidInput for an unknown name, a value or law out of range, or an empty source
void apply_override(Evidence& evidence, std::string_view name, double value, std::string_view source,
                    const std::optional<Uncertainty>& uncertainty = std::nullopt);

}  // namespace vcohort
