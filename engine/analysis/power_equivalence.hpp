#pragma once
#include "engine/analysis/power_formulas.hpp"

/// Power of two one-sided tests, as published formulas have it; see power_formulas.hpp. Both tests must reject at
/// `level`.
namespace vcohort::analysis {

/// Of Student's t-tests of an effect against -margin and margin: the bivariate noncentral t distribution by one
/// integral over the standard error that is observed, Owen's Q (Owen 1965; Phillips 1990). Exact for normal outcomes
/// with one variance.
double equivalence_t_power(double effect, double margin, double se, double df, double level);

/// Of normal statistics with variance one and these means: of the distance to either margin, above 0 inside.
double equivalence_normal_power(double drift_from_below, double drift_from_above, double level);

}  // namespace vcohort::analysis
