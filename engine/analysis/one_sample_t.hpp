#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// One-sample t-test: mean of the single arm minus `against`, se^2 = s^2 / n with n - 1 degrees of freedom. Failures:
/// empty_arm; too_few_patients; no_variation when se is below ten rounding errors of the mean or of `against`;
/// not_finite.
Estimate one_sample_t(const Dataset& data, double against, const Inference& inference, Workspace& workspace);

Fit fit_one_sample_t;

}  // namespace vcohort::analysis
