#pragma once
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "engine/analysis/estimate.hpp"

namespace vcohort::analysis {

/// A log-likelihood of coefficients: -infinity outside its domain. Fills the gradient and the information.
struct Likelihood {
  virtual double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) = 0;

  bool expected = false;  // asks for the expected information, of models where it is another one

 protected:
  ~Likelihood() = default;
};

/// A slope this large, per standard deviation of a covariate or between two arms (a ratio of 3 million), is on its way
/// to infinity: no finite sample estimates one.
inline constexpr double diverged = 15;

/// Where a coefficient is held that has no maximum: further on, the others would move by less than 1e-13.
inline constexpr double boundary = 30;

/// Newton's method with step halving. Keeps its memory: it allocates only when the number of coefficients changes.
class Newton {
 public:
  /// When to stop: the Newton decrement is the squared distance to the maximum in standard errors.
  struct Limits {
    int iterations = 50;
    double decrement = 1e-16;  // the last step leaves an error below rounding where convergence is quadratic
    double longest_step = std::numeric_limits<double>::infinity();  // of any coefficient
    double rounding = 0;  // a decrement that may be nothing else: no step that ascends is then the maximum
  };

  /// Starts at `at`. Coefficients from `first_slope` on are watched for divergence (separation). Failures: separation;
  /// singular_design; no_convergence; not_finite.
  Failure maximise(Likelihood&, Eigen::Index first_slope, const Limits&);

  /// The same, but those of the last `arms` coefficients that diverge are held at the boundary, and those without any
  /// information where they are, so that they do not spoil the others. A failure only where all of them are held (the
  /// reference is what is separated) or another slope diverges.
  Failure maximise_or_hold(Likelihood&, Eigen::Index first_slope, Eigen::Index arms);
  bool is_held(Eigen::Index j) const { return held_[j]; }
  bool is_at_boundary(Eigen::Index j) const { return held_[j] && std::fabs(at[j]) == boundary; }

  Eigen::VectorXd at;
  Eigen::MatrixXd covariance;  // inverse information
  double log_likelihood = 0;
  int iterations = 0;

 private:
  Eigen::VectorXd gradient_, step_, next_, next_gradient_;
  double evaluate(Likelihood&, const Eigen::VectorXd& at, Eigen::VectorXd& gradient,
                  Eigen::MatrixXd& information) const;
  Failure ascend(Likelihood&, Eigen::Index first_slope, const Limits&);
  bool hold_diverged(Eigen::Index first_slope, Eigen::Index arms);
  bool hold_unknown(Eigen::Index arms);
  double furthest_slope(Eigen::Index first_slope) const;

  Eigen::Array<bool, Eigen::Dynamic, 1> held_;
  Eigen::MatrixXd information_, next_information_;
  Eigen::LDLT<Eigen::MatrixXd> factor_;
};

}  // namespace vcohort::analysis
