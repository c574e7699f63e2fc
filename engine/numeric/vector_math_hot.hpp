#pragma once
#include "engine/numeric/instruction_set.hpp"

/// The loops behind vector_math.hpp, and one over codes.
namespace vcohort {

VCOHORT_HOT_FUNCTION(exp_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(log_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(pow_loop, void(const double* x, const double* y, double* result, long n))
VCOHORT_HOT_FUNCTION(ilogit_loop, void(const double* x, double* result, long n))
VCOHORT_HOT_FUNCTION(logit_loop, void(const double* p, double* result, long n))
VCOHORT_HOT_FUNCTION(sincos_loop, void(const double* turns, double* sine, double* cosine, long n))

/// Marks where x is missing (NaN): the code becomes -1.
VCOHORT_HOT_FUNCTION(mark_missing, void(const double* x, long n, int* code))

}  // namespace vcohort
