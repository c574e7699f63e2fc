#pragma once
#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// A PSA from which the noise of simulating few patients per draw has been taken, and what was taken.
struct NoiseRemoval {
  Psa psa;                       // patient_noise empty; same means, strategies, reference and parameters
  Eigen::Index directions = 0;   // independent directions in which the draws' means vary
  Eigen::Index set_to_zero = 0;  // those whose variance between draws was estimated as negative and became zero
  Eigen::VectorXd cost_sd_total, cost_sd_between;      // of each strategy's increment over the reference
  Eigen::VectorXd effect_sd_total, effect_sd_between;  // likewise
};

/// Draws shrunk towards their mean so that their covariance is the one between parameter draws: total covariance of the
/// draws' means T minus patient noise W. With T = L L' (on its range) and L^-1 W L^-T = V diag(w) V', a deviation x of
/// a draw becomes L V diag(sqrt(max(0, 1 - w))) V' L^-1 x, whose covariance is T - W, with negative variances as zero.
/// The result does not depend on units, nor on whether one thinks in absolute values or increments; means stay as they
/// are; what does not vary between draws still does not, and what is equal to the reference in every draw stays equal
/// exactly. Without patient_noise the draws come back as they are.
NoiseRemoval remove_patient_noise(const Psa&);

}  // namespace vcohort
