#pragma once
#include <cstdint>

#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// p-values of the exact test of a share against a fixed one. Two-sided: the probability under it of the numbers of
/// events that are not more probable than the observed one; probabilities within 1e-7 of it, relative, count as equal
/// (the rule of R's binom.test).
struct BinomialP {
  double two_sided = unknown;
  double less = unknown;     // this many events or fewer
  double greater = unknown;  // or more
};
BinomialP exact_binomial(std::int64_t events, std::int64_t patients, double against, Workspace& workspace);

/// The limits of Clopper and Pearson (1934), with (1 - level) / 2 in each tail.
struct ShareInterval {
  double lower = 0, upper = 1;
};
ShareInterval clopper_pearson(std::int64_t events, std::int64_t patients, double level);

/// The share of a binary outcome (0 or 1; NaN is missing) in the single arm against `against`, which lies between 0
/// and 1.
///
/// The estimate is share - against with the Wald standard error (0 is possible) and the Clopper-Pearson interval, both
/// ends less `against`; `statistic` the distance in standard errors of a share that is `against`, which no p-value
/// rests on (Reference::exact). Failures: empty_arm; not_finite for an outcome other than 0 and 1.
Estimate compare_share(const Dataset& data, double against, const Inference& inference, Workspace& workspace);

Fit fit_exact_binomial;

}  // namespace vcohort::analysis
