#pragma once
#include <span>

#include "engine/analysis/contingency.hpp"

namespace vcohort::analysis {

/// The score of Miettinen and Nurminen (1985) for one difference, pooled over strata:
///
///   z = sum w (d - null) / sqrt(sum w^2 V),   V = (p1(1-p1)/n1 + p0(1-p0)/n0) N/(N-1),
///
/// with p1 = p0 + null maximising the likelihood of each stratum, and Mantel-Haenszel weights w = n1 n0 / N. One table
/// is one stratum. Strata with an empty arm are passed over. Zero when numerator and variance both vanish.
double miettinen_nurminen_z(std::span<const Table2x2> strata, double null);

/// Risk difference, weighted over strata, with the Miettinen-Nurminen interval: the differences whose |z| stays below
/// the critical value. `statistic` and p test no difference (Reference::score), `at_margin` and `at_minus_margin` the
/// margin; `se` is the denominator of z at no difference. Failures: empty_arm; 0/n against 0/n is none and has an
/// interval.
Estimate miettinen_nurminen(std::span<const Table2x2> strata, const Inference& inference, Workspace& workspace);

}  // namespace vcohort::analysis
