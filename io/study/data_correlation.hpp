#pragma once
#include <optional>
#include <vector>

#include "io/study/record.hpp"

namespace vcohort {

/// The correlation matrix of `visits` visits: as written, or from a structure. Symmetric with ones on the diagonal, and
/// positive definite. Nothing when refused.
std::optional<std::vector<std::vector<double>>> read_correlation(const KeyAt& at, std::size_t visits);

/// Whether a symmetric matrix is positive definite, by its Cholesky factor: a pivot that is no more than rounding error
/// counts as zero.
bool is_positive_definite(const std::vector<std::vector<double>>& matrix);

}  // namespace vcohort
