#pragma once
#include "engine/analysis/contingency.hpp"
#include "engine/analysis/dataset.hpp"

namespace vcohort::analysis {

enum class ProportionTest : std::uint8_t {
  fisher,
  chi_square,
  chi_square_continuity,
  cochran_mantel_haenszel,             // uses the strata
  cochran_mantel_haenszel_continuity,  // uses the strata
  wald,
  miettinen_nurminen,
  miettinen_nurminen_stratified  // uses the strata
};

/// Compares the risks of a binary outcome (0 or 1; NaN is missing), arm `arm` against the reference.
///
/// The estimate is the risk difference with the Wald standard error (0 is possible) and the Miettinen-Nurminen
/// interval; the p-value is that of the test, and `statistic` the signed root of Pearson's chi-square (0 where the
/// outcome is constant, with p = 1). Exceptions: wald has its own interval; miettinen_nurminen see risk_difference.hpp;
/// Cochran-Mantel-Haenszel estimates a log odds ratio. Failures: empty_arm; not_finite for an outcome other than 0 and
/// 1; those of the functions named.
Estimate compare_proportions(const Dataset& data, int arm, ProportionTest test, const Inference& inference,
                             Workspace& workspace);

/// The decision of a test; Miettinen-Nurminen scores are evaluated at the null of the hypothesis.
Decision decide_proportions(const Dataset& data, int arm, ProportionTest test, const Estimate& estimate,
                            const Hypothesis& hypothesis, Workspace& workspace);

}  // namespace vcohort::analysis
