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
  Eigen::Index reference = 0;           // position in strategies
  Eigen::MatrixXd cost;                 // [draw][strategy], mean per patient within the draw
  Eigen::MatrixXd effect;               // [draw][strategy]
  std::vector<std::string> draw_names;  // as the file has them; empty: numbered from 0

  std::vector<std::string> parameters;
  Eigen::MatrixXd parameter_values;  // [draw][parameter]; no columns where nobody asks for EVPPI

  /// Covariance of a draw's means (cost of each strategy, then effect of each) that stems from its patients alone,
  /// pooled over draws: mean over draws of (covariance between patients within the draw / patients of the draw), shape
  /// [2 strategies][2 strategies]. Empty where draws are free of patient noise.
  Eigen::MatrixXd patient_noise;

  Eigen::Index draws() const { return cost.rows(); }
};

/// The largest size of a cost, an effect, a willingness to pay and a parameter: squares of their products are finite.
/// Whoever reads numbers refuses larger ones.
inline constexpr double largest_amount = 1e60;

/// Throws InternalError for shapes that do not agree, no draw, no strategy, a name twice, a reference that is none, and
/// numbers that are not finite or beyond the largest amount: whoever made the PSA has checked them.
void require_valid(const Psa&);

}  // namespace vcohort
