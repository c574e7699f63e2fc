#include "engine/analysis/logrank.hpp"

#include <cmath>

#include "engine/analysis/event_times.hpp"

namespace vcohort::analysis {

Estimate log_rank(const Dataset& data, int arm, const Inference& inference, Workspace& workspace) {
  const auto ordered = patients_in_time(data, arm, workspace);
  const int patients = static_cast<int>(ordered.patient.size());
  if (ordered.reference == 0 || ordered.active == 0) return failed(Failure::empty_arm, patients);
  if (!ordered.finite) return failed(Failure::not_finite, patients);
  double excess = 0, variance = 0;  // of the active arm's events over the expected ones
  each_stratum(data, ordered.patient, [&](std::span<const int> stratum) {
    each_event_time(data, arm, stratum, [&](const EventTime& here) {
      excess += here.active_events - here.events * here.share();
      variance += here.variance();
    });
  });
  if (!(variance > 0)) return undetermined(patients);
  return wald(excess / variance, 1 / std::sqrt(variance), normal_df, patients, inference, workspace);
}

void fit_logrank(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                 std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return log_rank(data, arm, inference, workspace); });
}

}  // namespace vcohort::analysis
