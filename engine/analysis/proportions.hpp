#pragma once
#include "engine/analysis/contingency.hpp"
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

enum class ProportionTest : std::uint8_t {
  fisher,
  chi_square,
  cochran_mantel_haenszel,  // uses the strata
  miettinen_nurminen        // uses the strata, if there are any
};

/// Compares the risks of a binary outcome (0 or 1; NaN is missing), arm `arm` against the reference.
///
/// The estimate is the risk difference with the Wald standard error (0 is possible) and the Miettinen-Nurminen
/// interval; the p-value is that of the test, and `statistic` the signed root of Pearson's chi-square (0 where the
/// outcome is constant, with p = 1). Exceptions: miettinen_nurminen see risk_difference.hpp;
/// Cochran-Mantel-Haenszel estimates a log odds ratio. Failures: empty_arm; not_finite for an outcome other than 0 and
/// 1; those of the functions named.
Estimate compare_proportions(const Dataset& data, int arm, ProportionTest test, const Inference& inference,
                             Workspace& workspace);

Fit fit_fisher, fit_chi_square, fit_cmh, fit_risk_difference;

}  // namespace vcohort::analysis
