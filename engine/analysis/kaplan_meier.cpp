#include "engine/analysis/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/event_times.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

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

/// Of log(-log S), whose standard error is that of log S over |log S|.
double log_log_error(const SurvivalCurve& curve) {
  return std::sqrt(curve.survival_variance) / (curve.survival * std::fabs(log_of(curve.survival)));
}

bool has_log_log(const SurvivalCurve& curve) {
  return curve.survival > 0 && curve.survival < 1;
}

}  // namespace

SurvivalCurve survival_curve(const Dataset& data, int arm, double until, Workspace& workspace) {
  SurvivalCurve curve;
  const ArmInTime in_time = arm_in_time(data, arm, workspace);
  const std::span<const int> patient = in_time.patient;
  curve.patients = static_cast<int>(patient.size());
  curve.failure = in_time.failure;
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

SurvivalLimits survival_limits(const SurvivalCurve& curve, AnalysisPlan::Limits limits, double critical) {
  if (limits == AnalysisPlan::Limits::plain) {
    const double half_width = critical * std::sqrt(curve.survival_variance);
    return {std::max(0.0, curve.survival - half_width), std::min(1.0, curve.survival + half_width)};
  }
  if (!has_log_log(curve)) return {};
  const double factor = exp_of(critical * log_log_error(curve));
  return {pow_of(curve.survival, factor), pow_of(curve.survival, 1 / factor)};
}

Estimate log_log_difference(const Dataset& data, int arm, double until, const Inference& inference,
                            Workspace& workspace) {
  const TwoCurves curves = two_curves(data, arm, until, workspace);
  if (curves.failure != Failure::none) return failed(curves.failure, curves.patients());
  if (curves.arm.events + curves.reference.events == 0) return failed(Failure::no_events, curves.patients());
  if (!has_log_log(curves.arm) || !has_log_log(curves.reference)) return failed(Failure::empty_cell, curves.patients());
  const double critical = workspace.critical_value(normal_df, 1 - inference.level);
  const auto limits_of = [&](const SurvivalCurve& curve) {
    return survival_limits(curve, AnalysisPlan::Limits::log_log, critical);
  };
  const SurvivalLimits active = limits_of(curves.arm), reference = limits_of(curves.reference);
  const double s = curves.arm.survival, s0 = curves.reference.survival;
  Estimate estimate;
  estimate.reference = Reference::score;
  estimate.patients = curves.patients();
  estimate.estimate = s - s0;
  estimate.se = std::sqrt(curves.arm.survival_variance + curves.reference.survival_variance);
  estimate.lower = estimate.estimate - std::hypot(s - active.lower, reference.upper - s0);
  estimate.upper = estimate.estimate + std::hypot(active.upper - s, s0 - reference.lower);
  estimate.statistic = (log_of(-log_of(s0)) - log_of(-log_of(s))) /
                       std::hypot(log_log_error(curves.arm), log_log_error(curves.reference));
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

void fit_restricted_mean(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                         std::span<Estimate> contrasts) {
  each_arm(contrasts,
           [&](int arm) { return restricted_mean_difference(data, arm, options.horizon, inference, workspace); });
}

void fit_kaplan_meier(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                      std::span<Estimate> contrasts) {
  const auto difference = options.limits == AnalysisPlan::Limits::log_log ? log_log_difference : survival_difference;
  each_arm(contrasts, [&](int arm) { return difference(data, arm, options.horizon, inference, workspace); });
}

}  // namespace vcohort::analysis
