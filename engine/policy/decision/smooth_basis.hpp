#pragma once
#include <Eigen/Core>

namespace vcohort {

/// Smooth functions of one parameter, from the straight line to ever rougher ones: the natural cubic splines on
/// quantile knots, turned so that over the draws they have mean 0, variance 1 and no correlation, and roughness (the
/// integral of the squared second derivative) is diagonal. This is the basis of Demmler & Reinsch, Numerische
/// Mathematik 24 (1975) 375-382, on knots.
class SmoothBasis {
 public:
  /// `values` are the parameter's draws; at most `functions` functions are made, fewer where the parameter takes few
  /// different values, none where it takes one.
  SmoothBasis(const Eigen::Ref<const Eigen::VectorXd>& values, Eigen::Index functions);

  Eigen::Index size() const { return roughness_.size(); }

  /// Roughness of each function as a multiple of that of the second; 0 for the straight line.
  const Eigen::VectorXd& roughness() const { return roughness_; }

  /// All functions at a value.
  void evaluate(double value, double* functions) const;

 private:
  void local_weights(double value, Eigen::VectorXd& weights) const;

  Eigen::VectorXd knots_;      // on the scale of the parameter divided by its range
  Eigen::MatrixXd curvature_;  // [knot][knot] second derivatives at the knots from the values at the knots
  Eigen::MatrixXd transform_;  // [knot][function]
  Eigen::VectorXd offset_;     // [function] so that the mean is 0
  Eigen::VectorXd roughness_;
  double lowest_ = 0;
  double range_ = 0;
};

}  // namespace vcohort
