#include "engine/analysis/newton.hpp"

#include <cmath>

namespace vcohort::analysis {

namespace {

/// An information that vanishes on the way to infinity is separation, too.
constexpr double suspicious = diverged / 2;

constexpr double singular = 1e-13;  // of the largest pivot; columns are standardised

}  // namespace

Failure Newton::maximise(Likelihood& likelihood, Eigen::Index first_slope, const Limits& limits) {
  held_.setConstant(at.size(), false);
  iterations = 0;
  return ascend(likelihood, first_slope, limits);
}

Failure Newton::maximise_or_hold(Likelihood& likelihood, Eigen::Index first_slope, Eigen::Index arms) {
  Failure failure = maximise(likelihood, first_slope, {});
  while ((failure == Failure::separation && hold_diverged(first_slope, arms)) ||
         (failure == Failure::singular_design && hold_unknown(arms))) {
    failure = ascend(likelihood, first_slope, {});
    // Between the boundary and the others a slope may come to rest that diverges in truth.
    if (failure == Failure::none && furthest_slope(first_slope) > suspicious) failure = Failure::separation;
  }
  return failure;
}

/// Arms that the likelihood says nothing about: nobody of them is at risk when somebody else has an event.
bool Newton::hold_unknown(Eigen::Index arms) {
  bool found = false;
  for (Eigen::Index j = at.size() - arms; j < at.size(); ++j) {
    const bool no_information = !held_[j] && !(information_(j, j) > singular * information_.diagonal().maxCoeff());
    if (no_information) held_[j] = found = true;
  }
  return found && !held_.tail(arms).all();
}

/// False where there is nothing left to be estimated, or nothing more to be held.
bool Newton::hold_diverged(Eigen::Index first_slope, Eigen::Index arms) {
  bool found = false;
  for (Eigen::Index j = first_slope; j < at.size(); ++j) {
    if (held_[j] || !(std::fabs(at[j]) > suspicious)) continue;
    if (j < at.size() - arms) return false;
    held_[j] = found = true;
    at[j] = std::copysign(boundary, at[j]);
  }
  return found && !held_.tail(arms).all();
}

double Newton::evaluate(Likelihood& likelihood, const Eigen::VectorXd& where, Eigen::VectorXd& gradient,
                        Eigen::MatrixXd& information) const {
  const double value = likelihood(where, gradient, information);
  for (Eigen::Index j = 0; j < held_.size(); ++j) {
    if (!held_[j]) continue;
    gradient[j] = 0;
    information.row(j).setZero();
    information.col(j).setZero();
    information(j, j) = 1;
  }
  return value;
}

/// Of those that are free.
double Newton::furthest_slope(Eigen::Index first_slope) const {
  double furthest = 0;
  for (Eigen::Index j = first_slope; j < at.size(); ++j)
    if (!held_[j]) furthest = std::fmax(furthest, std::fabs(at[j]));
  return furthest;
}

Failure Newton::ascend(Likelihood& likelihood, Eigen::Index first_slope, const Limits& limits) {
  constexpr int most_halvings = 40;
  const auto size = at.size();
  for (auto* vector : {&gradient_, &next_, &next_gradient_}) vector->resize(size);
  for (auto* matrix : {&information_, &next_information_}) matrix->resize(size, size);
  const auto give_up = [&](Failure failure) {
    return furthest_slope(first_slope) > suspicious ? Failure::separation : failure;
  };
  log_likelihood = evaluate(likelihood, at, gradient_, information_);
  if (!std::isfinite(log_likelihood)) return give_up(Failure::not_finite);
  for (int round = 0; round < limits.iterations; ++round) {
    ++iterations;
    factor_.compute(information_);
    const auto pivots = factor_.vectorD();
    if (factor_.info() != Eigen::Success || !(pivots.minCoeff() > singular * pivots.maxCoeff())) {
      return give_up(Failure::singular_design);
    }
    step_ = factor_.solve(gradient_);
    const double decrement = step_.dot(gradient_);
    if (!std::isfinite(decrement)) return give_up(Failure::not_finite);
    double length = std::fmin(1, limits.longest_step / step_.cwiseAbs().maxCoeff());
    double value = 0;
    bool improved = false;
    // Near the maximum the change is lost in the rounding of the log-likelihood.
    const double slack = 1e-12 * (1 + std::fabs(log_likelihood));
    for (int halving = 0; halving < most_halvings && !improved; ++halving, length /= 2) {
      next_ = at + length * step_;
      value = evaluate(likelihood, next_, next_gradient_, next_information_);
      improved = std::isfinite(value) && value >= log_likelihood - slack;
    }
    if (!improved && !(decrement < limits.rounding)) return give_up(Failure::no_convergence);
    if (improved) {
      at = next_;
      log_likelihood = value;
      gradient_.swap(next_gradient_);
      information_.swap(next_information_);
    }
    if (furthest_slope(first_slope) > diverged) return give_up(Failure::separation);
    if (decrement < limits.decrement || !improved) {
      factor_.compute(information_);
      covariance = factor_.solve(Eigen::MatrixXd::Identity(size, size));
      return Failure::none;
    }
  }
  return give_up(Failure::no_convergence);
}

}  // namespace vcohort::analysis
