#pragma once
#include "engine/numeric/instruction_set.hpp"

/// The loops of a data model over patients.
namespace vcohort {

/// Correlates normals: weights[visit] times column `visit`, and then the earlier columns in their order.
VCOHORT_HOT_FUNCTION(correlated_normals,
                     void(const double* const* columns, const double* weights, long visit, long n, double* out))

/// Adds factor times a column to `out`.
VCOHORT_HOT_FUNCTION(add_times, void(const double* column, double factor, long n, double* out))

/// mean + sd * latent, by the arm of each patient.
VCOHORT_HOT_FUNCTION(scores_by_arm, void(const double* latent, const int* arm, int arms, const double* means,
                                         const double* sds, long n, double* out))

}  // namespace vcohort
