#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Two-sample t-test: difference of means, arm `arm` minus the reference.
///
/// Pooled (not `welch`): se^2 = s^2 (1/n1 + 1/n0) with n1 + n0 - 2 degrees of freedom. Welch: se^2 = s1^2/n1 + s0^2/n0
/// with the degrees of freedom of Welch and Satterthwaite. Other arms do not contribute. Failures: empty_arm;
/// too_few_patients; no_variation when se is below ten rounding errors of the means; not_finite.
Estimate t_test(const Dataset& data, int arm, bool welch, const Inference& inference, Workspace& workspace);

Fit fit_t, fit_welch;

}  // namespace vcohort::analysis
