#pragma once
#include <optional>
#include <vector>

#include "io/study/table_reader.hpp"

namespace vcohort {

/// The correlation matrix of `visits` visits under the key "correlation": as written, from a structure, or the identity
/// where the key is absent. Symmetric with ones on the diagonal, and positive definite. Nothing when refused.
std::optional<std::vector<std::vector<double>>> read_correlation(const TableReader& reader, std::size_t visits);

/// Whether a symmetric matrix is positive definite, by its Cholesky factor: a pivot that is no more than rounding error
/// counts as zero.
bool is_positive_definite(const std::vector<std::vector<double>>& matrix);

}  // namespace vcohort
