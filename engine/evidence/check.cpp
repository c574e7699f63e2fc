#include "engine/evidence/check.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/evidence/law.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

// Units of reference doses differ by cell and route, so their definition lists what is allowed, separated by this.
constexpr std::string_view unit_separator = " | ";
constexpr std::string_view money_unit = "currency";

[[noreturn]] void refuse(std::string_view parameter, std::string_view problem, std::string_view why,
                         std::string_view what_to_do) {
  throw InvalidInput(explain(fmt::format("{}: {}", parameter, problem), why, what_to_do));
}

void check_law(const Parameter& parameter) {
  const Uncertainty& law = parameter.uncertainty;
  const auto demand = [&](bool holds, std::string_view what) {
    if (!holds) refuse(parameter.name, "the uncertainty is no distribution", what, "correct its numbers.");
  };
  const double low = law.low.value_or(-std::numeric_limits<double>::infinity());
  const double high = law.high.value_or(std::numeric_limits<double>::infinity());
  demand(low < high, "low must be below high");
  switch (law.kind) {
    case Uncertainty::Kind::fixed:
      break;
    case Uncertainty::Kind::normal:
      demand(law.sd > 0 && std::isfinite(law.sd), "a normal needs sd > 0");
      break;
    case Uncertainty::Kind::lognormal:
      demand(law.sigma != 0 && std::isfinite(law.sigma), "a lognormal needs sigma other than 0");
      demand(parameter.value > 0, "the value is the median of a lognormal and must be positive");
      break;
    case Uncertainty::Kind::beta:
      demand(law.a > 0 && law.b > 0 && std::isfinite(law.a) && std::isfinite(law.b), "a beta needs a > 0 and b > 0");
      break;
    case Uncertainty::Kind::uniform:
      demand(law.low && law.high, "a uniform needs low and high");
      break;
    case Uncertainty::Kind::triangular:
      demand(law.low && law.high, "a triangular needs low, mode and high");
      demand(low <= law.mode && law.mode <= high, "the mode lies between low and high");
      break;
    case Uncertainty::Kind::bernoulli:
      demand(law.probability >= 0 && law.probability <= 1, "a probability lies between 0 and 1");
      demand(parameter.value == 0 || parameter.value == 1, "the value is 0 or 1");
      break;
  }
  if (law.kind == Uncertainty::Kind::normal || law.kind == Uncertainty::Kind::lognormal) {
    demand(low <= parameter.value && parameter.value <= high, "the value lies between the truncation bounds");
  }
}

void check_joint(const JointPrior& prior, const Evidence& evidence, std::set<std::string>& taken) {
  const std::size_t size = prior.parameters.size();
  const std::string who = fmt::format("joint prior of {}", fmt::join(prior.parameters, ", "));
  if (size < 2) refuse(who, "fewer than two parameters", "a joint prior relates parameters", "remove it.");
  if (prior.source.empty()) refuse(who, "no source", "every number needs one", "say where the correlation comes from.");
  for (const std::string& name : prior.parameters) {
    const Parameter* parameter = find(evidence, name);
    if (!parameter) refuse(name, "in a joint prior but not in the evidence", "", "add the parameter or leave it out.");
    if (!parameter->draw.empty()) {
      refuse(name, "both in a joint prior and in a shared draw", "one normal cannot serve both", "choose one.");
    }
    if (!taken.insert(name).second) refuse(name, "twice in joint priors", "one normal serves one prior", "merge them.");
  }
  bool valid = prior.correlation.size() == size;
  for (const auto& row : prior.correlation) valid = valid && row.size() == size;
  if (!valid) refuse(who, "the correlation is not square", fmt::format("{} parameters", size), "give a full matrix.");
  Eigen::MatrixXd matrix(size, size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = prior.correlation[i][j];
      valid = valid && prior.correlation[i][j] == prior.correlation[j][i];
    }
    valid = valid && prior.correlation[i][i] == 1;
  }
  if (!valid) refuse(who, "not a correlation matrix", "symmetric with ones on the diagonal", "correct it.");
  if (!matrix.allFinite() || Eigen::LLT<Eigen::MatrixXd>(matrix).info() != Eigen::Success) {
    refuse(who, "the correlation is not positive definite", "no set of numbers has it", "weaken some entries.");
  }
}

/// Amounts of money mean nothing without their currency and year.
void check_money(const Evidence& evidence) {
  for (const Parameter& parameter : evidence.parameters) {
    if (!parameter.unit.starts_with(money_unit)) continue;
    if (evidence.currency.empty() || evidence.price_year == 0)
      refuse(parameter.name, "an amount without currency or price year", "amounts cannot be compared without them",
             "add currency = \"USD\" and price_year = 2025 to the evidence.");
    return;
  }
}

void check_pairs(const Evidence& evidence) {
  constexpr std::string_view delivery = "delivery.";
  for (const Parameter& parameter : evidence.parameters) {
    if (!parameter.name.starts_with(delivery)) continue;
    const std::string dose = "reference_dose." + parameter.name.substr(delivery.size());
    if (!find(evidence, dose)) {
      refuse(parameter.name, "no " + dose, "exposure is relative to a reference dose", "add the reference dose.");
    }
  }
}

}  // namespace

const ParameterDefinition& definition_of(std::string_view name) {
  if (const ParameterDefinition* definition = find_parameter(name)) return *definition;
  const std::string nearest = closest_parameter(name);
  throw InvalidInput(explain(fmt::format("{}: no such parameter", name), "the model would not read it",
                             nearest.empty() ? "remove it." : fmt::format("did you mean {}?", nearest)));
}

std::string first_unit(std::string_view units) {
  return std::string(units.substr(0, units.find(unit_separator)));
}

bool allows_unit(std::string_view units, std::string_view unit) {
  while (true) {
    const std::size_t end = units.find(unit_separator);
    if (units.substr(0, end) == unit) return true;
    if (end == std::string_view::npos) return false;
    units.remove_prefix(end + unit_separator.size());
  }
}

void check(const Parameter& parameter, const ParameterDefinition& definition) {
  if (!allows_unit(definition.unit, parameter.unit)) {
    refuse(parameter.name, fmt::format("unit \"{}\"", parameter.unit),
           fmt::format("the model counts it in \"{}\"", definition.unit), "convert the value.");
  }
  if (parameter.source.empty())
    refuse(parameter.name, "no source", "every number needs one", "say where it comes from.");
  if (!(parameter.value >= definition.minimum && parameter.value <= definition.maximum)) {
    refuse(parameter.name, fmt::format("{} is out of range", parameter.value),
           definition.minimum == definition.maximum ? fmt::format("the model takes {} alone", definition.minimum)
                                                    : fmt::format("{} to {}", definition.minimum, definition.maximum),
           "correct the value.");
  }
  check_law(parameter);
  const Support support = support_of(parameter);
  if (!(support.low >= definition.minimum && support.high <= definition.maximum)) {
    refuse(parameter.name, fmt::format("draws may reach {} to {}", support.low, support.high),
           fmt::format("allowed is {} to {}", definition.minimum, definition.maximum), "truncate with low and high.");
  }
}

void check(Evidence& evidence) {
  for (Parameter& parameter : evidence.parameters) {
    const ParameterDefinition& definition = definition_of(parameter.name);
    parameter.id = definition.id;
    check(parameter, definition);
  }
  std::sort(evidence.parameters.begin(), evidence.parameters.end(),
            [](const Parameter& a, const Parameter& b) { return a.id < b.id; });
  const auto twin = std::adjacent_find(evidence.parameters.begin(), evidence.parameters.end(),
                                       [](const Parameter& a, const Parameter& b) { return a.id == b.id; });
  if (twin != evidence.parameters.end()) refuse(twin->name, "given twice", "", "remove one.");
  for (const ParameterDefinition& definition : parameter_registry()) {
    if (!definition.optional && !find(evidence, definition.name)) {
      refuse(definition.name, "missing", "an evidence file is complete in itself", "add it with its source.");
    }
  }
  check_pairs(evidence);
  check_money(evidence);
  std::set<std::string> taken;
  for (const JointPrior& prior : evidence.joint) check_joint(prior, evidence, taken);
}

}  // namespace vcohort
