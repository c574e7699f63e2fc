#include "engine/analysis/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>

namespace vcohort::analysis {
namespace {

/// The patients of an arm whose time is known, by time.
std::span<const int> arm_in_time(const Dataset& data, int arm, Workspace& workspace, bool& finite) {
  auto patient = workspace.integers(0, data.arm.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    if (data.arm[i] != arm || data.time[i] != data.time[i]) continue;
    finite &= std::isfinite(data.time[i]);
    patient[n++] = static_cast<int>(i);
  }
  patient = patient.first(n);
  std::sort(patient.begin(), patient.end(), [&](int a, int b) { return data.time[a] < data.time[b]; });
  return patient;
}

struct TwoCurves {
  SurvivalCurve arm, reference;
  Failure failure = Failure::none;

  int patients() const { return arm.patients + reference.patients; }
};

TwoCurves two_curves(const Dataset& data, int arm, double until, Workspace& workspace) {
  TwoCurves curves{survival_curve(data, arm, until, workspace), survival_curve(data, 0, until, workspace)};
  curves.failure = curves.reference.failure != Failure::none ? curves.reference.failure : curves.arm.failure;
  return curves;
}

Estimate difference_of(const TwoCurves& curves, double difference, double variance, const Inference& inference,
                       Workspace& workspace) {
  if (curves.failure != Failure::none) return failed(curves.failure, curves.patients());
  if (curves.arm.events + curves.reference.events == 0) return failed(Failure::no_events, curves.patients());
  return wald(difference, std::sqrt(variance), normal_df, curves.patients(), inference, workspace);
}

}  // namespace

SurvivalCurve survival_curve(const Dataset& data, int arm, double until, Workspace& workspace) {
  SurvivalCurve curve;
  bool finite = true;
  const auto patient = arm_in_time(data, arm, workspace, finite);
  curve.patients = static_cast<int>(patient.size());
  if (patient.empty()) curve.failure = Failure::empty_arm;
  if (!finite) curve.failure = Failure::not_finite;
  if (curve.failure != Failure::none) return curve;

  // Of each event time: the area before it, and d / (Y (Y - d)).
  auto before = workspace.reals(0, patient.size()), step = workspace.reals(1, patient.size());
  std::size_t steps = 0;
  double since = 0, greenwood = 0;
  auto at_risk = static_cast<double>(patient.size());
  for (std::size_t first = 0; first < patient.size();) {
    const double t = data.time[patient[first]];
    if (t > until) break;
    double leaving = 0, events = 0;
    for (; first < patient.size() && data.time[patient[first]] == t; ++first) {
      leaving += 1;
      events += data.event[patient[first]] != 0;
    }
    if (events > 0) {
      curve.area += curve.survival * (t - since);
      since = t;
      before[steps] = curve.area;
      step[steps] = events < at_risk ? events / (at_risk * (at_risk - events)) : 0.0;
      greenwood += step[steps++];
      curve.survival *= 1 - events / at_risk;
      curve.events += static_cast<int>(events);
    }
    at_risk -= leaving;
  }
  if (curve.survival > 0 && data.time[patient.back()] < until) curve.failure = Failure::beyond_follow_up;
  curve.area += curve.survival * (until - since);
  curve.survival_variance = curve.survival * curve.survival * greenwood;
  for (std::size_t k = 0; k < steps; ++k) {
    const double from_here_on = curve.area - before[k];
    curve.area_variance += from_here_on * from_here_on * step[k];
  }
  return curve;
}

Estimate restricted_mean_difference(const Dataset& data, int arm, double until, const Inference& inference,
                                    Workspace& workspace) {
  const TwoCurves curves = two_curves(data, arm, until, workspace);
  return difference_of(curves, curves.arm.area - curves.reference.area,
                       curves.arm.area_variance + curves.reference.area_variance, inference, workspace);
}

Estimate survival_difference(const Dataset& data, int arm, double until, const Inference& inference,
                             Workspace& workspace) {
  const TwoCurves curves = two_curves(data, arm, until, workspace);
  return difference_of(curves, curves.arm.survival - curves.reference.survival,
                       curves.arm.survival_variance + curves.reference.survival_variance, inference, workspace);
}

void fit_restricted_mean(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                         std::span<Estimate> contrasts) {
  each_arm(contrasts,
           [&](int arm) { return restricted_mean_difference(data, arm, options.horizon, inference, workspace); });
}

void fit_kaplan_meier(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                      std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return survival_difference(data, arm, options.horizon, inference, workspace); });
}

}  // namespace vcohort::analysis
