#pragma once
#include <vector>

namespace vcohort {

/// Lower triangle of the Cholesky factor of a correlation matrix over visits: L L' = C, row v has v + 1 entries. Empty
/// input stands for the identity and gives an empty factor. The matrix is symmetric with ones on its diagonal,
/// and positive definite.
std::vector<std::vector<double>> correlation_factor(const std::vector<std::vector<double>>& correlation);

/// Likewise of a covariance matrix.
std::vector<std::vector<double>> covariance_factor(const std::vector<std::vector<double>>& covariance);

}  // namespace vcohort
