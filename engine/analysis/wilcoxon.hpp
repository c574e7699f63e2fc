#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

struct WilcoxonOptions {
  bool stratified = false;       // van Elteren's test
  bool continuity = true;        // of the normal approximation, unstratified only
  bool exact_when_small = true;  // both arms below 50 patients and no ties, unstratified only: as R's wilcox.test
};

/// Wilcoxon's rank-sum test (Mann-Whitney), or van Elteren's stratified one.
///
/// Estimate: P(Y_active > Y_reference) + P(equal)/2 - 1/2, which is 0 without an effect and lies in [-1/2, 1/2]; over
/// strata it is weighted by pairs times the stratum weight. Its standard error comes from the placements (DeLong 1988);
/// the interval is estimate +- z se, cut at the limits. Where that error is 0, because the arms do not overlap or all
/// values tie, or an arm has one patient, the interval is that of win_share.hpp. The p-value is that of the rank sum:
/// exact, or normal with the variance that allows for ties,
///
///   V = n1 n0 / 12 (N + 1 - sum(t^3 - t) / (N (N - 1))).
///
/// van Elteren: sum_s w_s (R_s - E R_s) / sqrt(sum_s w_s^2 V_s) with the locally best weights w_s = 1 / (N_s + 1); no
/// continuity correction. Where all values are tied the statistic is 0 and p = 1. Failures: empty_arm; not_finite
/// never, because ranks of infinite values exist.
Estimate wilcoxon(const Dataset& data, int arm, const WilcoxonOptions& options, const Inference& inference,
                  Workspace& workspace);

Fit fit_wilcoxon, fit_van_elteren;

}  // namespace vcohort::analysis
