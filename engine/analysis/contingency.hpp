#pragma once
#include <cstdint>
#include <span>

#include "engine/analysis/estimate.hpp"
#include "engine/analysis/table2x2.hpp"

namespace vcohort::analysis {

/// The fewest events that the active arm can have, given all margins.
inline std::int64_t fewest_events(const Table2x2& table) {
  const std::int64_t others = table.total_events() - table.reference_patients;
  return others > 0 ? others : 0;
}

/// The hypergeometric probabilities of fewest_events(), one more, ... in the active arm, given all margins, up to a
/// factor; holds until the workspace is used again.
std::span<double> hypergeometric_weights(const Table2x2& table, Workspace& workspace);

/// p-values of Fisher's exact test. Two-sided: the probability, with all margins fixed, of the tables that are not more
/// probable than the observed one; probabilities within 1e-7 of it, relative, count as equal (the rule of R's
/// fisher.test).
struct FisherP {
  double two_sided = unknown;
  double less = unknown;     // fewer events in the active arm
  double greater = unknown;  // more
};
FisherP fisher_exact(const Table2x2& table, Workspace& workspace);

/// The signed root of Pearson's chi-square of a 2 x 2 table, without correction; positive when the active arm has more
/// events. NaN when a margin is 0.
double pearson_z(const Table2x2& table);

/// Cochran-Mantel-Haenszel: one table per stratum.
///
/// Estimate: log of the Mantel-Haenszel odds ratio with the standard error of Robins, Breslow and Greenland (1986) and
/// the interval from it; `statistic` is the signed root of the CMH chi-square, from which p comes (Reference::score).
/// There is no continuity correction. Strata with fewer than two patients or an empty margin say nothing and are passed
/// over; when none says anything the statistic is 0 and p = 1, without an estimate. An odds ratio of 0 or infinity has
/// a score interval with one end: the common odds ratios at which the noncentral hypergeometric mean of the events,
/// given all margins, lies within z standard deviations of what was observed; at 1 that is the test itself. Failure:
/// too_few_patients.
Estimate cochran_mantel_haenszel(std::span<const Table2x2> strata, const Inference& inference, Workspace& workspace);

}  // namespace vcohort::analysis
