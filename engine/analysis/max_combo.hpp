#pragma once
#include <span>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// MaxCombo: the largest of several weighted log-rank statistics (see weighted_logrank.hpp), with p from their joint
/// normal distribution under no effect, in which their correlations are estimated by sums of w_a w_b v (Karrison 2016,
/// The Stata Journal 16:678; Lin et al. 2020, Statistics in Biopharmaceutical Research 12:187).
///
/// Inference::toward says what is large: the statistic in that direction, p_less or p_greater = P(max Z >= the largest
/// seen); without it its size, p = P(max |Z| >= it). The other p are unknown unless `all_sides`. `statistic` is the
/// largest one, with its sign; `estimate` and `se` are the one-step log hazard ratio of its weight, `chosen` says which
/// (the first of equals), and the interval is not adjusted for the choice. Weights under which no event time counts are
/// left out; where none is left, the data say nothing: no estimate, statistic 0, p = 1. Failures: as log_rank().
Estimate max_combo(const Dataset& data, int arm, std::span<const FlemingHarrington> weights, const Inference& inference,
                   Workspace& workspace);

Fit fit_max_combo;

}  // namespace vcohort::analysis
