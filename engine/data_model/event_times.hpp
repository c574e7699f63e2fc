#pragma once
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The law of the times to an event of an arm of a data model:
///
///   H(t) = sum over the pieces that begin before t of hazard_k (min(t, to_k)^shape - from_k^shape),
///   S(t) = cured + (1 - cured) exp(-H(t)),
///
/// H the cumulative hazard of those who are not cured, t in months. With shape 1 the hazards are piecewise constant;
/// with one piece and another shape times are Weibull (hazard = scale^-shape); `cured` makes a mixture cure model
/// (Boag, Journal of the Royal Statistical Society B 11 (1949) 15).

/// A cumulative hazard after which no number that a double holds depends on who is left: e^-45 is 3e-20.
inline constexpr double hazard_of_all = 45;

/// Which piece of hazards holds in a month: its number, not yet times shape t^(shape - 1).
double hazard_of_piece(const DataModel::DataArm&, double months);

/// H, of those who are not cured.
double cumulative_hazard(const DataModel::DataArm&, double months);

/// S: the share of the arm without the event at this time.
double survival_at(const DataModel::DataArm&, double months);

/// The integral of S up to this time: the mean time without the event up to then [months].
double restricted_mean(const DataModel::DataArm&, double months);

/// -S'/S, of all who have not had the event [1/month]; infinite at 0 for a shape below 1.
double hazard_at(const DataModel::DataArm&, double months);

/// Months at which H reaches `hazard_to_reach`; infinity where it never does.
double time_at_hazard(const DataModel::DataArm&, double hazard_to_reach);

/// Months at which S has fallen to `share`, which lies above 0 and is at most 1; infinity where it never does.
double time_at_survival(const DataModel::DataArm&, double share);

}  // namespace vcohort
