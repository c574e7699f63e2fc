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
/// (T x T matrix of the pattern) x (Gram matrix of the pattern); a main effect is the sum of its columns over the
/// visits.
///
/// Directions: with Sigma = R R' at the current theta, derivatives are taken in the entries of E, Sigma + R E R', in
/// which V is linear, and carried over to theta. So whitened, nothing is multiplied by Sigma^-1, and a nearly singular
/// Sigma costs no digits beyond those of its own factor. A pattern with covariance L_p L_p' brings the bridge B =
/// L_p^-1 (observed rows of R), which is the identity cut short when nobody returned after a missing visit.
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
  void prepare(const RepeatedMeasures& data, std::span<const DesignColumn> columns, const CovarianceFamily& family,
               int groups);

  int columns() const { return static_cast<int>(columns_.size()); }
  int parameters() const { return groups_ * family_.parameters(); }
  const CovarianceFamily& family() const { return family_; }

  /// Value and coefficients at theta, which becomes the base of the next steps. False when a covariance matrix or X'
  /// V^-1 X is not positive definite.
  bool evaluate(std::span<const double> theta);
  /// The same at base + length * step. The coordinates of steps, of gradient() and of the inexact curvatures are theta,
  /// but for the unstructured family they are local: the base R becomes R L(step), with L(.) the factor of a family
  /// member near the identity. The path then does not depend on the conditioning of Sigma, and every step stays
  /// positive definite.
  bool move(const Eigen::VectorXd& step, double length);
  /// Makes the last evaluation the base.
  void keep();
  /// Theta of the last evaluation.
  void theta(std::span<double> theta) const;
  double minus_two_log_likelihood() const { return value_; }
  const Eigen::VectorXd& coefficients() const { return coefficients_; }
  std::span<const double> covariance(int group) const { return {sigma_.data() + group * size_, size_}; }

  /// The following hold at the last evaluation. Covariance of the coefficients, (X' V^-1 X)^-1, symmetric.
  const Eigen::MatrixXd& coefficient_covariance() const { return inverse_; }
  /// Gradient of -2 log L. Needs to come before curvature().
  const Eigen::VectorXd& gradient();
  /// Curvature of -2 log L. The exact kinds need prepare_exact(), and are in its directions.
  const Eigen::MatrixXd& curvature(Curvature kind);

  /// G_d = L^-1 (d X' V^-1 X / d direction d) L^-T for every exact direction, where L L' = X' V^-1 X; needed by the
  /// exact curvatures. The exact directions are theta, or for the unstructured family, whose theta only recombines
  /// them, the whitened entries of Sigma; squared lengths g' H^-1 g at the maximum are the same in both.
  void prepare_exact();
  /// Column d holds G_d, column-major. d Phi / d direction = - L^-T G_d L^-1, Phi the covariance of the coefficients.
  const Eigen::MatrixXd& whitened_derivatives() const { return whitened_; }
  /// Covariance of theta from the factor of an exact curvature: 2 H^-1, carried over to theta.
  Eigen::MatrixXd theta_covariance(const Eigen::LLT<Eigen::MatrixXd>& curvature);
  /// Replaces w by L^-1 w.
  void whiten(Eigen::VectorXd& weights) const;

  /// L^-1.
  Eigen::MatrixXd whitening_inverse() const {
    return factor_.matrixL().solve(Eigen::MatrixXd::Identity(columns(), columns()));
  }

  /// Adds sum_hj W_hj X' V^-1 (dV/dtheta_h) V^-1 (dV/dtheta_j) V^-1 X.
  void add_first_order_products(const Eigen::MatrixXd& w, Eigen::MatrixXd& result);
  /// Adds factor * X' V^-1 N V^-1 X where N on each patient is the observed part of `matrix` of the group, shape
  /// [group][T][T].
  void add_sandwich(std::span<const double> matrix, double factor, Eigen::MatrixXd& result);
  /// d Sigma_group / d theta_h of the last gradient() or theta_covariance(): shape [h][T][T], h within the group.
  std::span<const double> derivatives(int group) const {
    return {derivatives_.data() + static_cast<std::size_t>(group) * family_.parameters() * size_,
            static_cast<std::size_t>(family_.parameters()) * size_};
  }

  /// Residual sums of squares and products of the last evaluation by group, and the numbers of patients behind each
  /// entry: an empirical start divides them. Needs gradient().
  void residual_products(std::span<double> products, std::span<double> pairs) const;

 private:
  struct PatternState {
    int reach = 0;                 // visits up to the last one observed; beyond it bridge and weights are zero
    bool prefix = false;           // observed are exactly the first visits
    std::vector<double> inverse;   // (T+1)^2: inverse covariance, with the sums over visits in the last row and column
    std::vector<double> root;      // n x n, n visits observed: L_p^-1, lower triangle
    std::vector<double> bridge;    // n x T: B
    std::vector<double> weights;   // (T+1) x T: V^-1 R, with the sums over visits in the last row
    std::vector<double> products;  // n x n: residual products plus expected loss
    std::vector<double> loss;      // n x n: expected loss by fitting, sum over patients of Cov(fitted)
    std::vector<double> whitened;  // n x n: L_p^-1 products L_p^-T
    std::vector<double> score;     // terms x T: sum over patients of term * residual
  };
  bool factorise_groups();
  bool solve();
  void differentiate();
  bool invert(std::size_t pattern);
  void bridge(std::size_t pattern);
  void residuals(std::size_t pattern);
  void whiten_products(const PatternState& state, const std::vector<double>& products, int n, double* result) const;
  void add_pattern(std::size_t pattern, const double* matrix, double factor, Eigen::MatrixXd& result) const;
  void add_first_term(std::size_t pattern, Curvature kind);
  void add_score_term();
  void add_whitened_sandwich(std::size_t pattern, const double* whitened, double factor, Eigen::MatrixXd& result);
  bool is_unstructured() const { return family_.structure() == CovarianceStructure::unstructured; }

  const RepeatedMeasures* data_ = nullptr;
  std::vector<DesignColumn> columns_;  // visit T for a main effect
  CovarianceFamily family_;
  int groups_ = 1, visits_ = 0, terms_ = 0;
  std::size_t size_ = 0;  // T^2
  int entries_ = 0;       // T (T+1) / 2, lower triangle of E
  double value_ = 0;
  std::vector<double> theta_, base_theta_, sigma_, root_, base_root_, root_inverse_, derivatives_,
      whitened_derivatives_, log_determinants_;
  std::vector<PatternState> states_;
  std::vector<double> scratch_, by_visit_, slope_;  // slope: d(-2 log L) / dE, by group
  std::vector<int> row_of_, column_of_;             // of an entry
  std::vector<int> entry_of_;                       // of a local coordinate
  std::vector<double> zero_;                        // local coordinates of the identity
  Eigen::VectorXd coefficients_, right_hand_side_, gradient_;
  Eigen::MatrixXd information_, inverse_, jacobian_, entry_curvature_, product_, curvature_, whitened_, single_,
      scores_;
  Eigen::MatrixXd pairs_, outer_, stack_, half_;
  Eigen::LLT<Eigen::MatrixXd> factor_;
};

}  // namespace vcohort::analysis
