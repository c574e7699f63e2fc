#pragma once
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Analysis of covariance by least squares: outcome = arm + covariates + factors + error, one residual variance.
///
/// `contrasts` has one entry per arm but the reference: adjusted mean of arm k minus that of the reference, with n -
/// arms - rank degrees of freedom. Factor levels that no patient has are left out. The contrasts are those of the model
/// with the arm entered first; a model without covariates is the one-way analysis of variance (Dunnett's pooled
/// variance).
///
/// Method: regression within arms. Outcome and covariates are centred in each arm; with L L' the factor of the
/// covariates' products, u = L^-1 x'y and w = L^-1 (difference of arm means of x), the contrast is (difference of means
/// of y) - w'u and its variance s^2 (1/nk + 1/n0 + w'w). Near collinearity the factor comes from orthogonalised columns
/// in place of products. A covariate that the others determine is dropped and counted. Failures: empty_arm (that
/// contrast); too_few_patients; singular_design when a covariate is confounded with the arm; no_variation when the
/// residuals vanish; not_finite.
///
/// `adjusted_means`, if not empty, receives the least-squares mean of each arm, with covariates at their mean over all
/// analysed patients (observed margins); a failure for an arm without patients.
void ancova(const Dataset& data, const Inference& inference, Workspace& workspace, std::span<Estimate> contrasts,
            std::span<Estimate> adjusted_means = {});

Fit fit_ancova;

}  // namespace vcohort::analysis
