#pragma once
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Cox's proportional hazards by maximum partial likelihood: arms, covariates and factors of the dataset, ties by
/// Efron's method, a baseline hazard for each stratum.
///
/// `contrasts`, one per arm but the reference: log hazard ratio with its standard error from the observed information,
/// normal reference; below 0 when events are rarer in the arm. Failures: empty_arm; no_events; separation, for instance
/// when an arm has no event, unless Options::firth has an answer; singular_design; no_convergence; not_finite.
Fit fit_cox;

}  // namespace vcohort::analysis
