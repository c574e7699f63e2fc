#pragma once
#include <Eigen/Core>

#include "engine/policy/decision/regression_terms.hpp"

namespace vcohort {

/// Sums over draws that a regression needs, all about the means.
struct RegressionSums {
  Eigen::VectorXd function_mean;  // [function]
  Eigen::MatrixXd functions;      // [function][function]
  Eigen::MatrixXd products;       // [function][response]
  Eigen::VectorXd response_mean, response_squares;
  Eigen::Index draws = 0;
};

/// Coefficients [function] of one response: the posterior mean with independent normal coefficients whose variances,
/// one for each component, maximise the restricted likelihood. Fixed-point steps of Fellner and Schall: Wood & Fasiolo,
/// Biometrics 73 (2017) 1071-1081.
Eigen::VectorXd fit_components(const RegressionTerms&, const RegressionSums&, Eigen::Index response);

}  // namespace vcohort
