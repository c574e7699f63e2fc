#include "engine/analysis/event_times.hpp"

#include <algorithm>
#include <cmath>

namespace vcohort::analysis {

PatientsInTime patients_in_time(const Dataset& data, int arm, Workspace& workspace) {
  const bool stratified = !data.stratum.empty();
  PatientsInTime found;
  auto patient = workspace.integers(0, data.arm.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double t = data.time[i];
    if (t != t || (stratified && data.stratum[i] < 0) || (data.arm[i] != 0 && data.arm[i] != arm)) continue;
    found.finite &= std::isfinite(t);
    ++(data.arm[i] == 0 ? found.reference : found.active);
    patient[n++] = static_cast<int>(i);
  }
  patient = patient.first(n);
  std::sort(patient.begin(), patient.end(), [&](int a, int b) {
    if (stratified && data.stratum[a] != data.stratum[b]) return data.stratum[a] < data.stratum[b];
    return data.time[a] < data.time[b];
  });
  found.patient = patient;
  return found;
}

ArmInTime arm_in_time(const Dataset& data, int arm, Workspace& workspace) {
  ArmInTime found;
  auto patient = workspace.integers(0, data.arm.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    if (data.arm[i] != arm || data.time[i] != data.time[i]) continue;
    if (!std::isfinite(data.time[i])) found.failure = Failure::not_finite;
    patient[n++] = static_cast<int>(i);
  }
  if (n == 0) found.failure = Failure::empty_arm;
  patient = patient.first(n);
  std::sort(patient.begin(), patient.end(), [&](int a, int b) { return data.time[a] < data.time[b]; });
  found.patient = patient;
  return found;
}

double EventTime::variance() const {
  if (!(at_risk > 1)) return 0;
  return events * share() * (1 - share()) * (at_risk - events) / (at_risk - 1);
}

}  // namespace vcohort::analysis
