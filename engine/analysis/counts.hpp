#pragma once
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// What a count model says beyond its contrasts.
struct CountFit {
  double dispersion = unknown;  // variance = mean + dispersion mean^2; 1 / theta of R's glm.nb; 0 is Poisson
  double log_likelihood = unknown;
};

/// Regression of counts with a log link: log E(Y) = log(exposure) + arm + covariates + factors, by maximum likelihood;
/// negative binomial (NB2) with the dispersion estimated. `exposure` may be empty: 1 for everybody.
///
/// `contrasts`, one per arm but the reference: log rate ratio; its standard error is from the expected information at
/// the estimated dispersion, as MASS::glm.nb gives it; normal reference. Counts that vary no more than Poisson counts
/// have dispersion 0, and the negative binomial result is Poisson's: the boundary of the model, not a failure.
/// Failures: empty_arm; no_events when all counts are 0; separation when an arm or a level has none; singular_design;
/// no_convergence; not_finite for a count that is negative or not whole, or an exposure that is not positive.
CountFit compare_counts(const Dataset& data, const Inference& inference, Workspace& workspace,
                        std::span<Estimate> contrasts);

Fit fit_negative_binomial;

}  // namespace vcohort::analysis
