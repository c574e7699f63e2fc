#pragma once
#include "engine/numeric/instruction_set.hpp"

/// The loops behind vector_math.hpp.
namespace vcohort {

VCOHORT_HOT_FUNCTION(exp_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(log_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(pow_loop, void(const double* x, const double* y, double* result, long n))
VCOHORT_HOT_FUNCTION(ilogit_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(logit_loop, void(const double* p, double* result, long n))
VCOHORT_HOT_FUNCTION(sincos_loop, void(const double* turns, double* sine, double* cosine, long n))

}  // namespace vcohort
