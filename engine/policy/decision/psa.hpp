#pragma once
#include <Eigen/Core>
#include <string>
#include <vector>

namespace vcohort {

/// A probabilistic sensitivity analysis: what each strategy costs and achieves under each draw of the uncertain
/// parameters, per patient. One sign convention: higher effect is better, cost is money paid, an increment is
/// strategy - reference, and the net monetary benefit at a willingness to pay of k is k * effect - cost.
struct Psa {
  std::vector<std::string> strategies;
  Eigen::Index reference = 0;  // position in strategies
  Eigen::MatrixXd cost;        // [draw][strategy], mean per patient within the draw
  Eigen::MatrixXd effect;      // [draw][strategy]

  std::vector<std::string> parameters;
  Eigen::MatrixXd parameter_values;  // [draw][parameter]; no columns where nobody asks for EVPPI

  /// Covariance of a draw's means (cost of each strategy, then effect of each) that stems from its patients alone,
  /// pooled over draws: mean over draws of (covariance between patients within the draw / patients of the draw), shape
  /// [2 strategies][2 strategies]. Empty where draws are free of patient noise.
  Eigen::MatrixXd patient_noise;

  Eigen::Index draws() const { return cost.rows(); }
};

/// Throws InvalidInput for shapes that do not agree, no draw, no strategy, a name twice, a reference that is none, and
/// numbers that are not finite.
void require_valid(const Psa&);

}  // namespace vcohort
