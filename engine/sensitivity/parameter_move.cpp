#include "engine/sensitivity/parameter_move.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

ParameterMove::ParameterMove(const Evidence& evidence, std::string name)
    : name_(std::move(name)),
      is_factor_(find_parameter(name_) == nullptr),
      lowest_(is_factor_ ? 0 : -infinity),
      highest_(infinity) {
  const std::string stem = name_ + ".";
  for (const Parameter& parameter : evidence.parameters) {
    if (is_factor_ ? !parameter.name.starts_with(stem) : parameter.name != name_) continue;
    const ParameterDefinition& definition = *find_parameter(parameter.name);
    members_.push_back({*registry_index(parameter.name), parameter.value});
    if (!is_factor_) {
      point_ = parameter.value;
      unit_ = parameter.unit;
      lowest_ = definition.minimum;
      highest_ = definition.maximum;
    } else if (parameter.value > 0) {
      lowest_ = std::max(lowest_, definition.minimum / parameter.value);
      highest_ = std::min(highest_, definition.maximum / parameter.value);
    } else if (parameter.value < 0) {
      lowest_ = std::max(lowest_, definition.maximum / parameter.value);
      highest_ = std::min(highest_, definition.minimum / parameter.value);
    }
  }
}

void ParameterMove::require_allowed(double value) const {
  require(!empty() && allows(value), "what is moved is in the evidence, and stays within what the model allows");
}

double ParameterMove::clamped(double value) const {
  return std::clamp(value, lowest_, highest_);
}

void ParameterMove::apply(double value, ParameterValues& values) const {
  for (const Member& member : members_) values.set_index(member.place, is_factor_ ? value * member.point : value);
}

}  // namespace vcohort
