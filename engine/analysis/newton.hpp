#pragma once
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "engine/analysis/estimate.hpp"

namespace vcohort::analysis {

/// The maximum of a log-likelihood.
struct Maximum {
  Eigen::VectorXd at;
  Eigen::MatrixXd covariance;  // inverse information
  double log_likelihood = 0;
  int iterations = 0;
  Failure failure = Failure::none;
};

/// A slope this large, per standard deviation of a covariate or between two arms (a ratio of 3 million), is on its way
/// to infinity: no finite sample estimates one.
inline constexpr double diverged = 15;

/// Newton's method with step halving. `likelihood(at, gradient, information)` returns the log-likelihood, -infinity
/// outside its domain, and fills both arguments. Entries from `first_slope` on are watched for divergence (separation).
///
/// It stops when the squared distance to the maximum, in standard errors (the Newton decrement), is below 1e-16, and
/// takes that last step, after which the error is below rounding because convergence is quadratic.
template <class Likelihood>
Maximum maximise(Eigen::VectorXd start, Eigen::Index first_slope, Likelihood&& likelihood) {
  constexpr int most_iterations = 50;
  constexpr int most_halvings = 40;
  constexpr double close_enough = 1e-16;
  const auto size = start.size();
  Maximum maximum;
  maximum.at = std::move(start);
  Eigen::VectorXd gradient(size), next(size), next_gradient(size);
  Eigen::MatrixXd information(size, size), next_information(size, size);
  maximum.log_likelihood = likelihood(maximum.at, gradient, information);
  const auto slopes = [first_slope, size](const Eigen::VectorXd& at) {
    return size > first_slope ? at.tail(size - first_slope).cwiseAbs().maxCoeff() : 0.0;
  };
  const auto give_up = [&](Failure failure) {
    // An information that vanishes on the way to infinity is separation, too.
    constexpr double suspicious = diverged / 2;
    maximum.failure = slopes(maximum.at) > suspicious ? Failure::separation : failure;
    return maximum;
  };
  if (!std::isfinite(maximum.log_likelihood)) return give_up(Failure::not_finite);
  for (maximum.iterations = 1; maximum.iterations <= most_iterations; ++maximum.iterations) {
    const Eigen::LDLT<Eigen::MatrixXd> factor(information);
    const auto pivots = factor.vectorD();
    constexpr double singular = 1e-13;  // of the largest pivot; columns are standardised
    if (factor.info() != Eigen::Success || !(pivots.minCoeff() > singular * pivots.maxCoeff())) {
      return give_up(Failure::singular_design);
    }
    const Eigen::VectorXd step = factor.solve(gradient);
    const double decrement = step.dot(gradient);
    if (!std::isfinite(decrement)) return give_up(Failure::not_finite);
    double length = 1;
    double value = 0;
    bool improved = false;
    // Near the maximum the change is lost in the rounding of the log-likelihood.
    const double slack = 1e-12 * (1 + std::fabs(maximum.log_likelihood));
    for (int halving = 0; halving < most_halvings && !improved; ++halving, length /= 2) {
      next = maximum.at + length * step;
      value = likelihood(next, next_gradient, next_information);
      improved = std::isfinite(value) && value >= maximum.log_likelihood - slack;
    }
    if (!improved) return give_up(Failure::no_convergence);
    maximum.at = next;
    maximum.log_likelihood = value;
    gradient.swap(next_gradient);
    information.swap(next_information);
    if (slopes(maximum.at) > diverged) return give_up(Failure::separation);
    if (decrement < close_enough) {
      maximum.covariance = Eigen::LDLT<Eigen::MatrixXd>(information).solve(Eigen::MatrixXd::Identity(size, size));
      return maximum;
    }
  }
  return give_up(Failure::no_convergence);
}

}  // namespace vcohort::analysis
