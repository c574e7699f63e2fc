#pragma once
#include <Eigen/Dense>
#include <span>

#include "engine/analysis/mmrm/likelihood.hpp"

namespace vcohort::analysis {

/// Newton's method for the restricted likelihood: scoring far from the maximum, the observed information near it, with
/// halved steps. Progress is measured by the Newton decrement, the distance to the maximum in standard errors of theta,
/// which knows no units. Keeps its memory between calls.
class Maximiser {
 public:
  enum class Outcome { converged, singular, exhausted };

  /// Goes from a start with positive definite matrices to the maximum, and leaves the likelihood evaluated there with
  /// its gradient.
  Outcome run(RestrictedLikelihood& likelihood, std::span<const double> start, int largest_number_of_iterations);

  int iterations() const { return iterations_; }
  double decrement() const { return decrement_; }

 private:
  bool is_singular(const RestrictedLikelihood& likelihood, int groups, double smallest_share);

  int iterations_ = 0;
  double decrement_ = 0;
  Eigen::VectorXd step_;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  std::vector<double> scratch_;
};

/// True when some visit's conditional variance, given the earlier visits, is below this share of its variance. Needs
/// T^2 numbers of scratch memory.
bool is_numerically_singular(std::span<const double> sigma, int visits, double smallest_share,
                             std::span<double> scratch);
inline constexpr double rounding_share = 1e-12;  // what rounding leaves of a zero variance

}  // namespace vcohort::analysis
