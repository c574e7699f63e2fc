#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// McNemar's exact test: of the pairs whose yes and no differ, half would be better and half worse. The outcome is the
/// difference in a pair: 1, 0 or -1; NaN is missing.
///
/// The estimate is the mean of the differences, which is the difference of shares, with Wald's standard error (0 is
/// possible) and Tango's score interval (1998); p, p_less and p_greater are those of exact_binomial() with 1/2
/// (Reference::exact), 1 where no pair differs. Failures: empty_arm; not_finite for another outcome.
Estimate mcnemar(const Dataset&, const Inference&, Workspace&);

Fit fit_mcnemar;

}  // namespace vcohort::analysis
