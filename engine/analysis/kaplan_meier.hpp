#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Kaplan and Meier's curve of one arm up to a time, with Greenwood's variances. A censoring at an event time counts as
/// at risk.
struct SurvivalCurve {
  double survival = 1;           // at the time, an event at it included
  double survival_variance = 0;  // S^2 sum d / (Y (Y - d)); 0 where nobody survives
  double area = 0;               // under the curve: the restricted mean
  double area_variance = 0;      // sum A(t)^2 d / (Y (Y - d)), A the area from t on, as R's survRM2
  int patients = 0;
  int events = 0;
  Failure failure = Failure::none;
};

/// `arm`: the patients of that arm alone. Failures: empty_arm; not_finite for an infinite time; beyond_follow_up where
/// the last patient was censored before the time, so that nothing is known of the curve there.
SurvivalCurve survival_curve(const Dataset& data, int arm, double until, Workspace& workspace);

/// Difference of restricted mean survival times: the areas under the curves of the two arms up to `until`, in the unit
/// of the times, above 0 where the arm has the event later. Standard error from the sum of both variances, normal
/// reference. Failures: those of survival_curve(); no_events where nobody has the event by then; no_variation where
/// both areas have variance 0 all the same.
Estimate restricted_mean_difference(const Dataset& data, int arm, double until, const Inference& inference,
                                    Workspace& workspace);

/// Difference of the shares that survive up to `until`, without a transformation. Failures: likewise.
Estimate survival_difference(const Dataset& data, int arm, double until, const Inference& inference,
                             Workspace& workspace);

/// Limits of a curve at the time, of normal intervals that leave `critical` standard errors on each side.
struct SurvivalLimits {
  double lower = unknown, upper = unknown;
};

/// Plain limits are cut at 0 and 1. log-log: S^exp(-+ critical se), se = sqrt(sum d / (Y (Y - d))) / |log S|, unknown
/// where S is 0 or 1. Both as R's survfit(conf.type).
SurvivalLimits survival_limits(const SurvivalCurve&, AnalysisPlan::Limits, double critical);

/// Difference of the shares that survive up to `until`, tested by that of log(-log S), which holds its level in small
/// arms where the plain one does not (Klein, Logan, Harhoff and Andersen, Statistics in Medicine 26 (2007) 4505). The
/// interval is that of the difference, from the log-log limits of both curves (Zou and Donner, Statistics in Medicine
/// 27 (2008) 1693); `se` is the plain one. Failures: those of survival_curve(); empty_cell where a curve is 0 or 1,
/// whose log-log has no standard error. A margin is not tested.
Estimate log_log_difference(const Dataset& data, int arm, double until, const Inference& inference,
                            Workspace& workspace);

Fit fit_restricted_mean, fit_kaplan_meier;

}  // namespace vcohort::analysis
