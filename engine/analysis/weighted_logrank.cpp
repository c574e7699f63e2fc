#include "engine/analysis/weighted_logrank.hpp"

#include <cmath>

#include "engine/analysis/event_times.hpp"

namespace vcohort::analysis {

double WeightedSums::statistic(std::size_t k) const {
  return excess[k] / std::sqrt(covariance[k][k]);
}
double WeightedSums::log_hazard_ratio(std::size_t k) const {
  return excess[k] / information[k];
}
double WeightedSums::standard_error(std::size_t k) const {
  return std::sqrt(covariance[k][k]) / information[k];
}

WeightedSums weighted_sums(const Dataset& data, int arm, std::span<const FlemingHarrington> weights,
                           Workspace& workspace) {
  WeightedSums sums;
  const auto ordered = patients_in_time(data, arm, workspace);
  sums.patients = static_cast<int>(ordered.patient.size());
  if (ordered.reference == 0 || ordered.active == 0)
    sums.failure = Failure::empty_arm;
  else if (!ordered.finite)
    sums.failure = Failure::not_finite;
  if (sums.failure != Failure::none) return sums;
  each_stratum(data, ordered.patient, [&](std::span<const int> stratum) {
    double survival = 1;  // just before the event time
    each_event_time(data, arm, stratum, [&](const EventTime& here) {
      const double excess = here.active_events - here.events * here.share(), variance = here.variance();
      std::array<double, most_weights> w{};
      for (std::size_t a = 0; a < weights.size(); ++a) {
        w[a] = weight_at(weights[a], survival);
        sums.excess[a] += w[a] * excess;
        sums.information[a] += w[a] * variance;
        for (std::size_t b = 0; b <= a; ++b) sums.covariance[a][b] += w[a] * w[b] * variance;
      }
      survival *= 1 - here.events / here.at_risk;
    });
  });
  for (std::size_t a = 0; a < weights.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) sums.covariance[b][a] = sums.covariance[a][b];
  return sums;
}

Estimate fleming_harrington(const Dataset& data, int arm, const FlemingHarrington& weight, const Inference& inference,
                            Workspace& workspace) {
  const WeightedSums sums = weighted_sums(data, arm, {&weight, 1}, workspace);
  if (sums.failure != Failure::none) return failed(sums.failure, sums.patients);
  if (!(sums.covariance[0][0] > 0)) return undetermined(sums.patients);
  return wald(sums.log_hazard_ratio(0), sums.standard_error(0), normal_df, sums.patients, inference, workspace);
}

void fit_fleming_harrington(const Dataset& data, const Options& options, const Inference& inference,
                            Workspace& workspace, std::span<Estimate> contrasts) {
  each_arm(contrasts,
           [&](int arm) { return fleming_harrington(data, arm, options.weights.front(), inference, workspace); });
}

}  // namespace vcohort::analysis
