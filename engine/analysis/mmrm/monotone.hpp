#pragma once
#include <span>
#include <vector>

#include "engine/analysis/mmrm/statistics.hpp"

namespace vcohort::analysis {

/// The closed form of the restricted maximum likelihood for an unstructured covariance, monotone missingness, and every
/// term of the mean interacting with the visit. The likelihood factorises into the regressions of y_j on (terms, y_1 ..
/// y_{j-1}) among the n_j patients seen at visit j:
///
/// y_j = gamma_j' z + phi_j' y_{<j} + N(0, tau_j^2),   phi_j by least squares,  tau_j^2 = RSS_j / (n_j - q),  q terms.
///
/// A flat prior on the coefficients B_j = gamma_j + sum_k phi_jk B_k has a flat image on gamma_j (unit Jacobian), so
/// REML integrates gamma_j out and leaves the divisor n_j - q. With L = (I - Phi)^-1, Sigma = L diag(tau^2) L' and
/// Cov(B) = sum_j l_j l_j' x tau_j^2 Z_j^-1, Z_j the Gram matrix of the terms at visit j. The observed information of
/// (phi, tau^2) is block diagonal: Var(phi_j) = tau_j^2 S_j^-1, S_j the Gram matrix of y_{<j} after the terms, and
/// Var(tau_j^2) = 2 tau_j^4 / (n_j - q); Satterthwaite's degrees of freedom follow.
class MonotoneRegression {
 public:
  /// False when a regression is singular or leaves no residual degree of freedom. The data must be monotone.
  bool fit(const RepeatedMeasures& data);

  /// Sigma, shape [T][T].
  void covariance(std::span<double> sigma) const;
  double minus_two_log_likelihood() const;
  /// Coefficient of a term at a visit.
  double coefficient(int term, int visit) const { return coefficients_[visit * terms_ + term]; }

  struct Variance {
    double variance = 0;
    double df = 0;  // Satterthwaite
  };
  /// Of sum weights[visit][term] * coefficient(term, visit).
  Variance variance(std::span<const double> weights);
  /// Of the same combination with itself or another: covariance of two contrasts.
  double covariance(std::span<const double> left, std::span<const double> right);

 private:
  /// The root of that of Z_j.
  double determinant_of_terms(int visit) const;
  void project(std::span<const double> weights, std::vector<double>& projected) const;

  int terms_ = 0, visits_ = 0;
  std::vector<double> factors_;    // [visit][width][width]: Cholesky factor of the Gram matrix of (terms, y_1 .. y_j)
  std::vector<double> gram_;       // cumulative
  std::vector<double> slopes_;     // Phi
  std::vector<double> path_;       // L = (I - Phi)^-1
  std::vector<double> variances_;  // tau^2
  std::vector<int> residual_;      // n_j - q
  std::vector<double> coefficients_;  // [visit][term]
  std::vector<double> left_, right_, slope_gradient_;
};

}  // namespace vcohort::analysis
