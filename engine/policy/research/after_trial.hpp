#pragma once
#include <Eigen/Core>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// What simulated trials of one size and design found: for every parameter draw one trial of patients with that draw's
/// parameters. Data that the prior predicts.
struct TrialFindings {
  Eigen::MatrixXd estimate;  // [draw][contrast], arm minus reference; NaN in every contrast where an analysis failed
};

/// What a decision maker expects of each strategy once the trial of a draw has reported, as increments over the
/// reference. A failed trial teaches nothing: the mean over all draws is expected.
struct AfterTrial {
  Eigen::MatrixXd cost;        // [draw][strategy]
  Eigen::MatrixXd effect;      // [draw][strategy]
  double effective_draws = 0;  // mean over trials of (sum w)^2 / sum w^2; reweighting only, else NaN
};

/// By regression of each increment on the estimates of all contrasts (Strong, Oakley, Brennan & Breeze 2015): the
/// fitted value of a draw is E(increment | estimates). The increments keep the noise of their patients, which must be
/// independent of the trial's: the regression averages it out.
AfterTrial expect_by_regression(const Psa&, const TrialFindings&);

/// By Bayes' rule on the draws themselves: after an estimate x, draw j has a weight in proportion to the normal density
/// of x at the true value of draw j. The covariance of the estimates' errors is pooled over draws and contrasts that
/// share a reference; a trial's own standard error would be data too (it grows with an effect that differs between
/// children), and taking it as known biases the expectation. `true_value` has shape [draw][contrast]. Costs draws^2
/// evaluations and needs many draws near each estimate: see `effective_draws`. The method to check by.
AfterTrial expect_by_reweighting(const Psa&, const TrialFindings&, const Eigen::MatrixXd& true_value);

}  // namespace vcohort
