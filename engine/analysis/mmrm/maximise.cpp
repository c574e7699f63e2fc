#include "engine/analysis/mmrm/maximise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/mmrm/dense.hpp"

namespace vcohort::analysis {

namespace {

// A distance of 1e-9 standard errors: differences in estimate, standard error and degrees of freedom are then below
// 1e-8.
constexpr double converged_decrement = 1e-9;
// Rounding in the gradient of nearly singular data may stop the progress earlier; this is still far inside 1e-6.
constexpr double stalled_decrement = 1e-6;
// Inside this distance the quadratic model is trusted, because differences of the likelihood drown in rounding.
constexpr double trusted_decrement = 1e-4;
// A conditional variance that is this share of the variance: rounding error at a maximum, and the reason why there is
// none when the iteration fails.
constexpr double suspicious_share = 1e-8;
constexpr double largest_step = 2;  // of a log standard deviation: a factor of 7
constexpr int largest_number_of_halvings = 40;

}  // namespace

bool is_numerically_singular(std::span<const double> sigma, int visits, double smallest_share,
                             std::span<double> scratch) {
  std::copy(sigma.begin(), sigma.begin() + visits * visits, scratch.begin());
  if (!factorise(scratch.data(), visits)) return true;
  for (int t = 0; t < visits; ++t) {
    const double root = scratch[t * visits + t];
    if (root * root < smallest_share * sigma[t * visits + t]) return true;
  }
  return false;
}

bool Maximiser::is_singular(const RestrictedLikelihood& likelihood, int groups, double smallest_share) {
  const int visits = likelihood.family().visits();
  scratch_.resize(static_cast<std::size_t>(visits) * visits);
  for (int g = 0; g < groups; ++g) {
    if (is_numerically_singular(likelihood.covariance(g), visits, smallest_share, scratch_)) return true;
  }
  return false;
}

Maximiser::Outcome Maximiser::run(RestrictedLikelihood& likelihood, std::span<const double> start,
                                  int largest_number_of_iterations) {
  using Curvature = RestrictedLikelihood::Curvature;
  const int n = likelihood.parameters(), within = likelihood.family().parameters(), groups = n / within;
  const int visits = likelihood.family().visits();
  const bool heterogeneous = likelihood.family().structure() < CovarianceStructure::toeplitz;
  iterations_ = 0;
  decrement_ = std::numeric_limits<double>::infinity();
  if (!likelihood.evaluate(start)) return Outcome::singular;
  double value = likelihood.minus_two_log_likelihood();
  double previous = decrement_;
  int stalled = 0;

  for (;; ++iterations_) {
    const Eigen::VectorXd& gradient = likelihood.gradient();
    // Scoring moves safely from a rough start; the observed information finishes.
    constexpr double near = 3;
    bool newton = iterations_ > 0 && decrement_ < near;
    if (newton) {
      factor_.compute(likelihood.curvature(Curvature::approximate));
      newton = factor_.info() == Eigen::Success;
    }
    if (!newton) {
      factor_.compute(likelihood.curvature(Curvature::scoring));
      if (factor_.info() != Eigen::Success) return Outcome::singular;
    }
    step_ = gradient;
    factor_.matrixL().solveInPlace(step_);
    // -2 log L has the curvature 2 I, so that the squared distance in standard errors is half of g' H^-1 g.
    decrement_ = std::sqrt(step_.squaredNorm() / 2);
    factor_.matrixU().solveInPlace(step_);
    if (!std::isfinite(decrement_)) return Outcome::singular;
    if (decrement_ < converged_decrement) break;
    stalled = decrement_ > previous / 2 ? stalled + 1 : 0;
    if (stalled >= 3 && decrement_ < stalled_decrement) break;
    previous = decrement_;
    if (iterations_ >= largest_number_of_iterations) {
      return is_singular(likelihood, groups, suspicious_share) ? Outcome::singular : Outcome::exhausted;
    }

    double length = 1, largest = 0;
    for (int g = 0; g < groups; ++g) {
      for (int h = 0; h < (heterogeneous ? visits : 1); ++h)
        largest = std::max(largest, std::abs(step_[g * within + h]));
    }
    if (largest > largest_step) length = largest_step / largest;
    const double slope = gradient.dot(step_);
    bool moved = false;
    for (int halving = 0; halving < largest_number_of_halvings && !moved; ++halving, length /= 2) {
      constexpr double sufficient_decrease = 1e-4;
      moved = likelihood.move(step_, -length) &&
              (decrement_ < trusted_decrement ||
               likelihood.minus_two_log_likelihood() <= value - sufficient_decrease * length * slope);
    }
    if (!moved) {
      likelihood.move(step_, 0);
      likelihood.gradient();
      if (is_singular(likelihood, groups, suspicious_share)) return Outcome::singular;
      if (decrement_ < trusted_decrement) break;  // no further descent within rounding
      return Outcome::exhausted;
    }
    likelihood.keep();
    value = likelihood.minus_two_log_likelihood();
    constexpr int between_checks = 10;
    if (iterations_ % between_checks == between_checks - 1 && is_singular(likelihood, groups, rounding_share))
      return Outcome::singular;
  }
  return is_singular(likelihood, groups, rounding_share) ? Outcome::singular : Outcome::converged;
}

}  // namespace vcohort::analysis
