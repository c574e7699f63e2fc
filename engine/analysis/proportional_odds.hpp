#pragma once
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Proportional odds (cumulative logit) model of an ordinal outcome by maximum likelihood:
///
///   logit P(Y > j) = x'beta - zeta_j.
///
/// The distinct observed outcomes, in ascending order, are the categories; two categories make it logistic regression.
/// `contrasts`, one per arm but the reference: log odds ratio of a higher category with its standard error from the
/// observed information, normal reference. Failures: empty_arm; no_variation for a single category; separation, unless
/// Options::firth has an answer; singular_design; no_convergence; not_finite. Cost grows with the cube of the number of
/// categories: meant for ordinal outcomes, not for continuous ones.
Fit fit_proportional_odds;

}  // namespace vcohort::analysis
