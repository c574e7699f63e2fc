#pragma once
#include <Eigen/Dense>
#include <span>
#include <vector>

#include "engine/analysis/mmrm/covariance.hpp"
#include "engine/analysis/mmrm/statistics.hpp"

namespace vcohort::analysis {

/// One column of the design: a term of the mean at one visit, or at every visit (a main effect).
struct DesignColumn {
  static constexpr int every_visit = -1;
  int term = 0;
  int visit = every_visit;
};

/// The restricted likelihood of y = X beta + e with Cov(e_patient) = Sigma_group(theta) on the observed visits,
///
///   -2 log L(theta) = (n - p) log 2 pi + log |V| + log |X' V^-1 X| + (y - X b)' V^-1 (y - X b),
///
/// n observations, p columns, b the generalised least squares estimate, and its derivatives, all from RepeatedMeasures.
/// A design row of a patient is (visit) x (terms), so every sum over patients is sum over patterns of
/// (T x T matrix of the pattern) x (Gram matrix of the pattern); a main effect is the sum of its columns over the visits.
///
/// Directions: the curvature of -2 log L is taken in the entries of Sigma (in which V is linear) and carried over to theta.
class RestrictedLikelihood {
 public:
  /// Information about theta: half the curvature of -2 log L.
  enum class Curvature {
    approximate,  // observed, with the design's share of log|X' V^-1 X| approximated: for steps
    scoring,      // expected, with the same approximation: positive definite
    observed,     // exact
    expected      // exact
  };

  /// The statistics must outlive the calls below. `groups` covariance matrices of the family.
  void prepare(const RepeatedMeasures& data, std::span<const DesignColumn> columns, const CovarianceFamily& family, int groups);

  int columns() const { return static_cast<int>(columns_.size()); }
  int parameters() const { return groups_ * family_.parameters(); }
  const CovarianceFamily& family() const { return family_; }

  /// Value and coefficients at theta. False when a covariance matrix or X' V^-1 X is not positive definite.
  bool evaluate(std::span<const double> theta);
  double minus_two_log_likelihood() const { return value_; }
  const Eigen::VectorXd& coefficients() const { return coefficients_; }
  std::span<const double> covariance(int group) const { return {sigma_.data() + group * size_, size_}; }

  /// The following hold at the last theta evaluated. Covariance of the coefficients, (X' V^-1 X)^-1, symmetric.
  const Eigen::MatrixXd& coefficient_covariance() const { return inverse_; }
  /// Gradient of -2 log L by theta. Needs to come before curvature().
  const Eigen::VectorXd& gradient();
  /// Curvature of -2 log L by theta. The exact kinds need prepare_exact() at this theta.
  const Eigen::MatrixXd& curvature(Curvature kind);

  /// G_h = L^-1 (d X' V^-1 X / d theta_h) L^-T for every h, where L L' = X' V^-1 X; needed by the exact curvatures.
  void prepare_exact();
  /// Column h holds G_h, column-major. d Phi / d theta_h = - L^-T G_h L^-1, Phi the covariance of the coefficients.
  const Eigen::MatrixXd& whitened_derivatives() const { return whitened_; }
  /// Replaces w by L^-1 w.
  void whiten(Eigen::VectorXd& weights) const;

  /// L^-1.
  Eigen::MatrixXd whitening_inverse() const { return factor_.matrixL().solve(Eigen::MatrixXd::Identity(columns(), columns())); }

  /// Adds factor * sum_hj W_hj X' V^-1 (dV/dtheta_h) V^-1 (dV/dtheta_j) V^-1 X.
  void add_first_order_products(const Eigen::MatrixXd& w, double factor, Eigen::MatrixXd& result);
  /// Adds factor * X' V^-1 N V^-1 X where N on each patient is the observed part of `matrix` of the group, shape [group][T][T].
  void add_sandwich(std::span<const double> matrix, double factor, Eigen::MatrixXd& result);
  /// d Sigma_group / d theta_h of the last prepare_exact() or gradient(): shape [h][T][T], h within the group.
  std::span<const double> derivatives(int group) const {
    return {derivatives_.data() + static_cast<std::size_t>(group) * family_.parameters() * size_,
            static_cast<std::size_t>(family_.parameters()) * size_};
  }
  std::span<const double> theta() const { return theta_; }

  /// Residual sums of squares and products of the last evaluation by group, and the numbers of patients behind each entry: an
  /// empirical start divides them. Needs gradient().
  void residual_products(std::span<double> products, std::span<double> pairs) const;

 private:
  struct PatternState {
    std::vector<double> inverse;   // (T+1)^2: inverse covariance, with the sums over visits in the last row and column
    std::vector<double> products;  // T^2: residual products plus expected loss
    std::vector<double> loss;      // T^2: expected loss by fitting, sum over patients of Cov(fitted)
    std::vector<double> score;     // terms x T: sum over patients of term * residual
  };
  const double* gram(std::size_t pattern) const { return data_->patterns()[pattern].gram.data(); }
  bool invert(std::size_t pattern);
  void assemble();
  void residuals(std::size_t pattern);
  void add_pattern(std::size_t pattern, const double* matrix, double factor, Eigen::MatrixXd& result) const;
  void add_first_term(std::size_t pattern, Curvature kind);
  void add_score_term();

  const RepeatedMeasures* data_ = nullptr;
  std::vector<DesignColumn> columns_;  // visit T for a main effect
  CovarianceFamily family_;
  int groups_ = 1, visits_ = 0, terms_ = 0;
  std::size_t size_ = 0;    // T^2
  int entries_ = 0;         // T (T+1) / 2, lower triangle of Sigma
  double value_ = 0;
  std::vector<double> theta_, sigma_, derivatives_, log_determinants_;
  std::vector<PatternState> states_;
  std::vector<double> scratch_, by_visit_, gradient_entries_;
  std::vector<int> row_of_, column_of_;  // of an entry
  Eigen::VectorXd coefficients_, right_hand_side_, gradient_;
  Eigen::MatrixXd information_, inverse_, jacobian_, entry_curvature_, product_, curvature_, whitened_, single_, scores_;
  Eigen::LLT<Eigen::MatrixXd> factor_;
};

}  // namespace vcohort::analysis
