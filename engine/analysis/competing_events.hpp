#pragma once
#include "engine/analysis/fit.hpp"

/// Times to an event where another one competes: after it the first cannot happen any more (`Dataset::competed`). The
/// log-rank test and Cox's model take the other event as the end of observation and compare cause-specific hazards.
namespace vcohort::analysis {

/// The cumulative incidence of the event in one arm at a time, after Aalen and Johansen, with the variance of the delta
/// method, which is that of R's survfit for several states:
///
///   sum (F - F(s))^2 d / (Y (Y - d)) + S^2 d1 (Y - d1) / Y^3 - 2 (F - F(s)) S d1 / Y^2
///
/// over event times s, d1 of d events those of interest, Y at risk, S the share without any event just before s. Where
/// nothing competes F is 1 - Kaplan-Meier and the variance Greenwood's; without censoring they are a share and its
/// binomial variance.
struct IncidenceCurve {
  double incidence = 0;  // at the time, an event at it included
  double variance = 0;
  int patients = 0;
  int events = 0;  // of interest, by then
  Failure failure = Failure::none;
};

/// `arm`: the patients of that arm alone. Failures: empty_arm; not_finite for an infinite time; beyond_follow_up where
/// the last patient was censored before the time.
IncidenceCurve incidence_curve(const Dataset& data, int arm, double until, Workspace& workspace);

/// Difference of the cumulative incidences at `until`, above 0 where the arm has more events; normal reference.
/// Failures: those of incidence_curve(); no_events where nobody has the event by then; no_variation where everybody
/// has.
Estimate incidence_difference(const Dataset& data, int arm, double until, const Inference& inference,
                              Workspace& workspace);

/// Gray's test of two cumulative incidences with weight 1 (Annals of Statistics 16 (1988) 1141; R's cmprsk::cuminc):
/// the log-rank test with those at risk Y (1 - F) / S in place of Y, S the share without any event, F the incidence,
/// both just before the time; summed over strata.
///
/// `statistic` is U / sqrt(V), U the events of the arm over those expected, V Gray's variance. Estimate: the log ratio
/// of subdistribution hazards after one step from 0, U / I with standard error sqrt(V) / I, I = sum d1 p (1 - p), p the
/// arm's share of those at risk. Where no event time has both arms at risk the data say nothing: no estimate, p = 1.
/// Failures: empty_arm; not_finite for an infinite time.
Estimate gray_test(const Dataset& data, int arm, const Inference& inference, Workspace& workspace);

Fit fit_gray, fit_cumulative_incidence;

}  // namespace vcohort::analysis
