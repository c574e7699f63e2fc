#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Log-rank test of time to event.
///
/// At each event time observed minus expected events of the active arm, with the hypergeometric variance (as R's
/// survdiff); summed over strata. A censoring at an event time counts as at risk. `statistic` is (O - E) / sqrt(V).
/// Estimate: Peto's log hazard ratio (O - E) / V with standard error 1 / sqrt(V), below 0 when events are rarer in the
/// active arm; then statistic = estimate / se and a margin on the log hazard ratio may be tested. Where nobody
/// has the event, or no event time has both arms at risk, the data say nothing: no estimate, statistic 0, p = 1.
/// Failures: empty_arm; not_finite for an infinite time.
Estimate log_rank(const Dataset& data, int arm, const Inference& inference, Workspace& workspace);

Fit fit_logrank;

}  // namespace vcohort::analysis
