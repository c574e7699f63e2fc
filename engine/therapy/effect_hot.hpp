#pragma once
#include <cstdint>

#include "engine/numeric/instruction_set.hpp"

namespace vcohort {

/// E = amplitude * hill + idiosyncratic * linear, where the pair (hill, linear) of a lane is that of its category.
VCOHORT_HOT_FUNCTION(effect_kernel, void(int lanes, const double* amplitude, const double* idiosyncratic,
                                         const std::uint16_t* category, const double* hill_and_linear, double* out))

/// sum += load * (hours of a child who is eligible, or of another one).
VCOHORT_HOT_FUNCTION(hours_kernel, void(int lanes, const double* load, const std::uint8_t* eligible, double of_eligible,
                                        double of_others, double* sum))

/// S becomes R = maximum (1 - exp(-S / maximum)) where it is not negative, and stays otherwise.
VCOHORT_HOT_FUNCTION(saturate_kernel, void(int lanes, double maximum, double* points))

/// The score after an effect, inside the scale.
VCOHORT_HOT_FUNCTION(bounded_kernel, void(int lanes, const double* motor, const double* effect, double* out))

}  // namespace vcohort
