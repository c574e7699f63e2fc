#pragma once
#include <cstdint>

#include "engine/numeric/instruction_set.hpp"

namespace vcohort {

/// E = amplitude * hill + idiosyncratic * linear, where the pair (hill, linear) of a lane is that of its category.
VCOHORT_HOT_FUNCTION(effect_kernel, void(int lanes, const double* amplitude, const double* idiosyncratic,
                                         const std::uint16_t* category, const double* hill_and_linear, double* out))

/// The score after an effect, inside the scale.
VCOHORT_HOT_FUNCTION(bounded_kernel, void(int lanes, const double* motor, const double* effect, double* out))

}  // namespace vcohort
