#pragma once
#include "engine/numeric/instruction_set.hpp"

/// Sums over the columns of a dataset, arm by arm, without moving a patient: a column keeps its order, and a code says
/// to which arm a patient belongs, or by -1 that he or she is not analysed. Sums run in eight interleaved partial sums
/// (as in sums.hpp), whatever the processor.
namespace vcohort::analysis {

/// The codes of arms, -1 for any that is negative.
VCOHORT_HOT_FUNCTION(codes_of, void(const int* arm, long n, int* code))

/// Patients of each arm. Shape of `counts`: [arm], as of all outputs below but `centred`.
VCOHORT_HOT_FUNCTION(count_by_arm, void(const int* code, long n, int arms, double* counts))

/// Sums of the analysed patients of each arm.
VCOHORT_HOT_FUNCTION(sums_by_arm, void(const double* x, const int* code, long n, int arms, double* sums))

/// Subtracts the mean of the own arm, and gives the sums and the squares of what is left; the sums are the rounding
/// error of the means. `centred[i]` is 0 for a patient who is not analysed; nullptr: not wanted.
VCOHORT_HOT_FUNCTION(centre_by_arm, void(const double* x, const int* code, long n, int arms, const double* means,
                                         double* centred, double* sums, double* squares))

/// sums_by_arm, centre_by_arm and product_of of two columns of two arms in one go, without the centred columns: the
/// numbers of an analysis of covariance with one covariate, bit by bit.
struct PairOfColumns {
  double means[2][2], sums[2][2], squares[2][2];  // [column][arm]
  double product;
};
VCOHORT_HOT_FUNCTION(pair_by_arm, void(const double* x, const double* y, const int* code, long n, const double* counts,
                                       PairOfColumns* out))

/// Sum of products.
VCOHORT_HOT_FUNCTION(product_of, double(const double* x, const double* y, long n))

}  // namespace vcohort::analysis
