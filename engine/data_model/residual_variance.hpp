#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// What a linear regression leaves of the variance of a normal outcome, and how many coefficients it estimates.
struct Residual {
  double variance = 0;
  int coefficients = 0;
};

/// Of an arm at a visit, given `covariates` as they are recorded, those with levels by an indicator for each but the
/// first, and with `baseline` the value at visit 0. `rounding` is the variance that recording adds to an outcome.
/// Nothing where too many covariates with levels are correlated (CovariateLaw), and for sites.
std::optional<Residual> residual_after(const DataModel&, std::size_t arm, std::size_t visit, bool baseline,
                                       const std::vector<std::size_t>& covariates, double rounding);

}  // namespace vcohort
