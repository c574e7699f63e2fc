#pragma once
#include "engine/numeric/instruction_set.hpp"

/// The loops of drop-out over patients.
namespace vcohort {

/// Who is lost by a visit, as dropout.hpp has it.
struct LossByVisit {
  double intercept;        // a_v
  double log_odds_per_sd;  // of a change that is worse than expected
  double expected, sd;
  const double* change;        // [patient], NaN counts as expected; nullptr: does not matter
  const double* arm_log_odds;  // [arm]
  int arms;
};

/// The probability of each patient.
VCOHORT_HOT_FUNCTION(loss_probabilities, void(const LossByVisit* loss, const int* arm, long n, double* probability))

/// The interval before a visit, and its drop-out.
struct LossInterval {
  double from, to;           // months
  double probability;        // of everybody
  const double* of_patient;  // [patient]; nullptr: of everybody
  const double *uniform, *when;
  int visit, visits;
};

/// Loses those who are still there and whose uniform is below their probability: the visits that they attended, and the
/// month when they left. Given that it happens in the interval it is uniform in cumulative hazard, that is nearly so in
/// time.
VCOHORT_HOT_FUNCTION(lose_in_interval, void(const LossInterval* interval, long n, int* attended, double* months))

}  // namespace vcohort
