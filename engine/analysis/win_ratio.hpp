#pragma once
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Pairs of an active and a reference patient, by who wins.
struct WinCounts {
  double wins = 0;
  double losses = 0;
  double ties = 0;
};

/// Generalised pairwise comparison over a hierarchy of endpoints (`Dataset::hierarchy`, most important first): every
/// active patient against every reference patient, on the first endpoint that tells them apart (Pocock 2012,
/// unmatched).
///
/// A score wins when it is better by more than `smallest_win`. On a time to event patient A beats B when B had the
/// event at a time to which A was followed up without one: t_A > t_B, or equal times with A censored (where
/// `higher_is_better` is false, of a desired event, B then beats A); a difference of at most `smallest_win` is a tie.
/// NaN on either side ties; patients without any of the endpoints are left out. Standard errors are those of the
/// two-sample U-statistics of wins and losses (Bebu and Lachin 2016, with n - 1 divisors), carried to the log ratio;
/// normal reference. A win ratio of 0 or infinity has the test of Finkelstein and Schoenfeld (1999): T = sum of the
/// active patients' scores, V = n1 n0 / (N (N-1)) sum of all squared scores; and an interval with one end: that of the
/// share of wins among the pairs that do not tie (win_share.hpp), with as much information as these pairs have of all.
/// When all pairs tie the win ratio is unknown, with p = 1. Failures: empty_arm; too_few_patients (an arm of one).
/// Cost: pairs times endpoints.
Estimate win_ratio(const Dataset& data, int arm, const Inference& inference, Workspace& workspace,
                   WinCounts* counts = nullptr);

Fit fit_win_ratio;

}  // namespace vcohort::analysis
