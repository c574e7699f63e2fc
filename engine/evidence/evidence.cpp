#include "engine/evidence/evidence.hpp"

#include <algorithm>
#include <cmath>

#include "engine/evidence/check.hpp"
#include "engine/evidence/evidence_names.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

const char* name_of(Strength strength) {
  return strength_names.at(static_cast<std::size_t>(strength)).data();
}

const char* name_of(Uncertainty::Kind kind) {
  return uncertainty_names.at(static_cast<std::size_t>(kind)).data();
}

const Parameter* find(const Evidence& evidence, std::string_view name) {
  const auto place = std::find_if(evidence.parameters.begin(), evidence.parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  return place == evidence.parameters.end() ? nullptr : &*place;
}

void apply_override(Evidence& evidence, std::string_view name, double value, std::string_view source,
                    const std::optional<Uncertainty>& uncertainty) {
  const ParameterDefinition& definition = definition_of(name);
  Parameter replacement;
  replacement.id = definition.id;
  replacement.name = definition.name;
  replacement.value = value;
  replacement.unit = first_unit(definition.unit);
  replacement.uncertainty = uncertainty.value_or(Uncertainty{});
  replacement.source = source;
  replacement.strength = Strength::assumed;
  const auto place = std::lower_bound(evidence.parameters.begin(), evidence.parameters.end(), definition.id,
                                      [](const Parameter& parameter, int id) { return parameter.id < id; });
  const bool present = place != evidence.parameters.end() && place->id == definition.id;
  if (present) {
    replacement.unit = place->unit;
    replacement.draw = place->draw;
  }
  check(replacement, definition);
  if (present) {
    *place = replacement;
  } else {
    evidence.parameters.insert(place, replacement);
  }
}

}  // namespace vcohort
