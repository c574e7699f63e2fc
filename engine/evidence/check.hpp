#pragma once
#include <string>
#include <string_view>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/registry.hpp"

namespace vcohort {

/// The definition of a name that somebody wrote. @throws InvalidInput with the nearest name when there is none
const ParameterDefinition& definition_of(std::string_view name);

/// The first of the units that a definition allows ("cells/kg | cells").
std::string first_unit(std::string_view units);

/// Whether a definition allows the unit.
bool allows_unit(std::string_view units, std::string_view unit);

/// One parameter against its definition: unit, source, value and every value that its law can give.
/// @throws InvalidInput
void check(const Parameter& parameter, const ParameterDefinition& definition);

}  // namespace vcohort
