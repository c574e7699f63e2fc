#include "engine/analysis/logrank.hpp"

#include <algorithm>
#include <cmath>

namespace vcohort::analysis {
namespace {

/// The analysed patients, sorted by stratum and then time.
struct Ordered {
  std::span<const int> patient;
  int reference = 0, active = 0;
  bool finite = true;
};

Ordered order_patients(const Dataset& data, int arm, bool stratified, Workspace& workspace) {
  Ordered ordered;
  auto patient = workspace.integers(0, data.arm.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double t = data.time[i];
    if (t != t || (stratified && data.stratum[i] < 0) || (data.arm[i] != 0 && data.arm[i] != arm)) continue;
    ordered.finite &= std::isfinite(t);
    ++(data.arm[i] == 0 ? ordered.reference : ordered.active);
    patient[n++] = static_cast<int>(i);
  }
  patient = patient.first(n);
  std::sort(patient.begin(), patient.end(), [&](int a, int b) {
    if (stratified && data.stratum[a] != data.stratum[b]) return data.stratum[a] < data.stratum[b];
    return data.time[a] < data.time[b];
  });
  ordered.patient = patient;
  return ordered;
}

struct Sums {
  double excess = 0;    // observed - expected of the active arm
  double variance = 0;  // of it
};

/// Adds one stratum, `patients` sorted by time.
void add_stratum(const Dataset& data, int arm, std::span<const int> patients, Sums& sums) {
  double at_risk = static_cast<double>(patients.size()), active_at_risk = 0;
  for (const int i : patients) active_at_risk += data.arm[i] == arm;
  for (std::size_t first = 0; first < patients.size();) {
    const double t = data.time[patients[first]];
    double leaving = 0, active_leaving = 0, events = 0, active_events = 0;
    std::size_t next = first;
    for (; next < patients.size() && data.time[patients[next]] == t; ++next) {
      const int i = patients[next];
      const bool active = data.arm[i] == arm, event = data.event[i] != 0;
      leaving += 1;
      active_leaving += active;
      events += event;
      active_events += active && event;
    }
    first = next;
    if (events > 0) {
      const double share = active_at_risk / at_risk;
      sums.excess += active_events - events * share;
      if (at_risk > 1) {
        sums.variance += events * share * (1 - share) * (at_risk - events) / (at_risk - 1);
      }
    }
    at_risk -= leaving;
    active_at_risk -= active_leaving;
  }
}

}  // namespace

Estimate log_rank(const Dataset& data, int arm, const Inference& inference, Workspace& workspace) {
  const bool stratified = !data.stratum.empty();
  const auto ordered = order_patients(data, arm, stratified, workspace);
  const int patients = static_cast<int>(ordered.patient.size());
  if (ordered.reference == 0 || ordered.active == 0) return failed(Failure::empty_arm, patients);
  if (!ordered.finite) return failed(Failure::not_finite, patients);
  Sums sums;
  for (std::size_t begin = 0; begin < ordered.patient.size();) {
    std::size_t end = begin;
    if (stratified) {
      const int stratum = data.stratum[ordered.patient[begin]];
      while (end < ordered.patient.size() && data.stratum[ordered.patient[end]] == stratum) ++end;
    } else {
      end = ordered.patient.size();
    }
    add_stratum(data, arm, ordered.patient.subspan(begin, end - begin), sums);
    begin = end;
  }
  if (!(sums.variance > 0)) return undetermined(patients);
  return wald(sums.excess / sums.variance, 1 / std::sqrt(sums.variance), normal_df, patients, inference, workspace);
}

void fit_logrank(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                 std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return log_rank(data, arm, inference, workspace); });
}

}  // namespace vcohort::analysis
