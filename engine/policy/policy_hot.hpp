#pragma once
#include <cstdint>

#include "engine/numeric/instruction_set.hpp"

/// The loops over lanes of [policy]; what each computes stands where it is called.
namespace vcohort {

VCOHORT_HOT_FUNCTION(cumulative_rate_kernel, void(int lanes, const double* age, double years, int bands,
                                                  const double* from_age, const double* rate, double* out))
VCOHORT_HOT_FUNCTION(survival_kernel, void(int lanes, const double* cumulative, const double* baseline,
                                           const double* excess, double years, double* out))
VCOHORT_HOT_FUNCTION(utility_kernel,
                     void(int lanes, double weight, const double* alive, const double* utility, double slope,
                          const double* effect, double minimum, double maximum, double* sum))
VCOHORT_HOT_FUNCTION(care_kernel, void(int lanes, const double* alive, const double* cost, double change,
                                       const double* effect, double* out))
VCOHORT_HOT_FUNCTION(infusion_kernel, void(int lanes, const double* alive, const std::uint16_t* given_in_full,
                                           int infusion, double in_full, double changed, double* out))
VCOHORT_HOT_FUNCTION(add_scaled_kernel, void(int lanes, double weight, const double* values, double* sum))
VCOHORT_HOT_FUNCTION(net_benefit_kernel,
                     void(int lanes, double threshold, const double* cost, const double* effect,
                          const double* cost_of_reference, const double* effect_of_reference, double* best))
VCOHORT_HOT_FUNCTION(cross_products_kernel,
                     void(int count, int columns, int stride, const double* values, double* products))

}  // namespace vcohort
