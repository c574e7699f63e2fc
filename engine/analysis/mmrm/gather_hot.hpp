#pragma once
#include <cstdint>

#include "engine/numeric/instruction_set.hpp"

/// The loops of the mixed model over patients. Sums run in eight interleaved partial sums.
namespace vcohort::analysis {

/// Sets `bit` in the words of the patients whose outcome is there; sum and number of these outcomes.
VCOHORT_HOT_FUNCTION(mark_seen, void(const double* outcome, long n, std::uint64_t bit, std::uint64_t* observed,
                                     double* sum, double* count))

/// Takes the bits of the patients whose code is negative; the others who have a bit, and who have none.
VCOHORT_HOT_FUNCTION(keep_known, void(const int* code, long n, std::uint64_t* observed, int* seen, int* unseen))

/// Squares about a centre of the patients who have one of `bits`, and their number.
VCOHORT_HOT_FUNCTION(squares_of_seen, void(const double* x, const std::uint64_t* observed, std::uint64_t bits, long n,
                                           double centre, double* squares, double* count))

/// (x - centre) / scale of the patients in `order`, 0 of those who have none of `bits`.
VCOHORT_HOT_FUNCTION(standardise_in_order, void(const double* x, const std::uint64_t* observed, std::uint64_t bits,
                                                const int* order, long n, double centre, double scale, double* out))

/// Adds the products of all pairs of columns over the entries first .. last - 1 to a lower triangle, row by row. Column
/// k begins at columns + k * stride.
VCOHORT_HOT_FUNCTION(add_products,
                     void(const double* columns, long stride, int width, long first, long last, double* gram))

}  // namespace vcohort::analysis
