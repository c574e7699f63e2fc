#pragma once
#include <string>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/values.hpp"

/// The evidence that ships, for tests of the model.
namespace vcohort::test {

/// The stance: "published", "sceptical" or "null".
const Evidence& stance(const std::string& name);

/// Its point values.
ParameterValues values_of(const std::string& stance_name);

/// Replaces a point value, whatever its range; the parameter is then fixed.
void set_value(Evidence& evidence, const std::string& parameter, double value);

}  // namespace vcohort::test
