#include "engine/analysis/penalised.hpp"

#include <Eigen/Eigenvalues>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

#include "engine/analysis/elementary.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

using Firth = AnalysisPlan::Firth;

class Penalised final : public Likelihood {
 public:
  explicit Penalised(Likelihood& plain) : plain_(plain) { plain.expected = true; }

  double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) override {
    const double value = plain_(at, gradient, information), centre = penalty(information);
    if (!std::isfinite(value + centre)) return -std::numeric_limits<double>::infinity();
    const auto size = at.size();
    other_gradient_.resize(size);
    other_information_.resize(size, size);
    curvature_.setZero(size, size);
    observed_.setZero(size, size);
    beside_.resize(size);
    // Differences of fourth order, of a function whose scale is 1: truncation and rounding both near 1e-12. Those of
    // second order are enough for a curvature.
    constexpr double h = 1.0 / 512;
    probe_ = at;
    const auto move = [&](Eigen::Index j, double distance) { probe_[j] = at[j] + distance; };
    const auto here = [&] {
      plain_(probe_, other_gradient_, other_information_);
      return penalty(other_information_);
    };
    const auto beside = [&](Eigen::Index j, double distance) {
      move(j, distance);
      const double found = here();
      move(j, 0);
      return found;
    };
    for (Eigen::Index j = 0; j < size; ++j) {
      if (j == held) continue;
      const double above = beside(j, h);
      observed_.col(j) -= other_gradient_ / (2 * h);
      const double below = beside(j, -h);
      observed_.col(j) += other_gradient_ / (2 * h);
      gradient[j] += (8 * (above - below) - (beside(j, 2 * h) - beside(j, -2 * h))) / (12 * h);
      beside_[j] = above + below - 2 * centre;
      curvature_(j, j) = beside_[j] / (h * h);
      for (Eigen::Index k = 0; k < j; ++k) {
        if (k == held) continue;
        double corners = -2 * centre;
        for (const double distance : {h, -h}) {
          move(k, distance);
          corners += beside(j, distance);
          move(k, 0);
        }
        curvature_(j, k) = curvature_(k, j) = (corners - beside_[j] - beside_[k]) / (2 * h * h);
      }
    }
    // The penalty is of the expected information; the surface bends by the observed one.
    information = (observed_ + observed_.transpose()) / 2 - curvature_;
    if (held >= 0) {
      gradient[held] = 0;
      information.row(held).setZero();
      information.col(held).setZero();
      information(held, held) = 1;
    }
    make_ascent(information);
    return value + centre;
  }

  double standard_error(const Eigen::VectorXd& at, Eigen::Index j) {
    plain_(at, other_gradient_, other_information_);
    factor_.compute(other_information_);
    return std::sqrt(factor_.solve(Eigen::VectorXd::Unit(at.size(), j))[j]);
  }

  Eigen::Index held = -1;  // a coefficient that does not move

 private:
  double penalty(const Eigen::MatrixXd& information) {
    factor_.compute(information);
    double sum = 0;
    for (Eigen::Index j = 0; j < information.rows(); ++j) {
      const double pivot = factor_.vectorD()[j];
      if (!(pivot > 0)) return -std::numeric_limits<double>::infinity();
      sum += log_of(pivot);
    }
    return sum / 2;
  }

  /// Far from the maximum the surface may bend the wrong way: the step then ascends along that direction as well.
  void make_ascent(Eigen::MatrixXd& information) {
    factor_.compute(information);
    if (factor_.isPositive() && factor_.vectorD().minCoeff() > flat * factor_.vectorD().maxCoeff()) return;
    eigen_.compute(information);
    const double floor = flat * eigen_.eigenvalues().cwiseAbs().maxCoeff();
    information = eigen_.eigenvectors() * eigen_.eigenvalues().cwiseAbs().cwiseMax(floor).asDiagonal() *
                  eigen_.eigenvectors().transpose();
  }

  static constexpr double flat = 1e-8;  // of the largest curvature

  Likelihood& plain_;
  Eigen::VectorXd probe_, other_gradient_, beside_;
  Eigen::MatrixXd other_information_, curvature_, observed_;
  Eigen::LDLT<Eigen::MatrixXd> factor_;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen_;
};

/// As in logistf no step moves a coefficient by more than 5. Differences of the penalty leave a gradient of rounding.
constexpr Newton::Limits limits{.iterations = 100, .decrement = 1e-16, .longest_step = 5, .rounding = 1e-9};

/// The profile of one coefficient.
class Profile {
 public:
  Profile(Penalised& likelihood, Newton& newton, const Eigen::VectorXd& maximum, double highest, Eigen::Index j)
      : likelihood_(likelihood), newton_(newton), maximum_(maximum), estimate_(maximum[j]), highest_(highest), j_(j) {
    likelihood.held = j;
  }
  ~Profile() { likelihood_.held = -1; }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// The signed root of the likelihood ratio of the estimate against `null`: falls with it. Unknown where the other
  /// coefficients have no maximum that can be found.
  double statistic(double null) { return statistic_from(maximum_, null); }

  /// The null beside the estimate, first looked for at the distance `step`, at which the statistic is `target`.
  /// Infinite where the surface is followed so far without reaching it.
  double null_with(double target, double step) {
    const double beyond = std::copysign(std::numeric_limits<double>::infinity(), step);
    step = std::copysign(std::fmin(std::fabs(step), longest), step);
    inside_ = maximum_;
    double at_inside = -target;
    for (int halvings = 0; halvings < 8;) {
      const double outside = inside_[j_] + step, at_outside = statistic_from(inside_, outside) - target;
      if (std::isnan(at_outside)) {
        step /= 2, ++halvings;
      } else if (at_outside * target >= 0) {
        return between(target, at_inside, outside, at_outside);
      } else if (std::fabs(outside - estimate_) > 4 * diverged) {
        break;
      } else {
        inside_ = newton_.at, at_inside = at_outside;
      }
    }
    return beyond;
  }

 private:
  static constexpr double longest = 2;  // of a step on the scale of a log ratio: the surface is followed

  double statistic_from(const Eigen::VectorXd& start, double null) {
    constexpr double shortest = longest / 64;
    reached_ = start;
    for (double step = longest; step >= shortest;) {
      const double distance = null - reached_[j_];
      newton_.at = reached_;
      newton_.at[j_] = std::fabs(distance) > step ? reached_[j_] + std::copysign(step, distance) : null;
      if (newton_.maximise(likelihood_, newton_.at.size(), limits) != Failure::none) {
        step /= 2;
      } else if (newton_.at[j_] == null) {
        return std::copysign(std::sqrt(std::fmax(0.0, 2 * (highest_ - newton_.log_likelihood))), estimate_ - null);
      } else {
        reached_ = newton_.at;
      }
    }
    return unknown;
  }

  double between(double target, double at_inside, double outside, double at_outside) {
    double low = inside_[j_], high = outside;
    if (low > high) std::swap(low, high), std::swap(at_inside, at_outside);
    std::uintmax_t iterations = 100;
    bool lost = false;
    const auto beside = [&](double null) {
      const double found = statistic_from(inside_, null) - target;
      lost |= std::isnan(found);
      return lost ? 0.0 : found;
    };
    const auto bracket = boost::math::tools::toms748_solve(beside, low, high, at_inside, at_outside,
                                                           boost::math::tools::eps_tolerance<double>(44), iterations);
    if (lost) return outside;  // which lies beyond the end
    return (bracket.first + bracket.second) / 2;
  }

  Penalised& likelihood_;
  Newton& newton_;
  const Eigen::VectorXd& maximum_;
  double estimate_, highest_;
  Eigen::Index j_;
  Eigen::VectorXd inside_, reached_;
};

Estimate describe(Profile& profile, double estimate, double se, const Inference& inference, Workspace& workspace) {
  Estimate result;
  result.reference = Reference::score;
  result.estimate = estimate;
  result.se = se;
  result.statistic = profile.statistic(0);
  if (inference.p_value) result.p = student_two_sided(result.statistic, normal_df);
  if (inference.margin > 0) {
    result.at_margin = profile.statistic(inference.margin);
    result.at_minus_margin = profile.statistic(-inference.margin);
  }
  const double critical = workspace.critical_value(normal_df, 1 - inference.level);
  result.lower = profile.null_with(critical, -critical * se);
  result.upper = profile.null_with(-critical, critical * se);
  return result;
}

void fit_penalised(const Design& design, Likelihood& plain, Eigen::Index offset, const Inference& inference,
                   Workspace& workspace, std::span<Estimate> contrasts) {
  Newton& newton = workspace.newton();
  Penalised likelihood(plain);
  const Failure failure = newton.maximise(likelihood, newton.at.size(), limits);
  // Of finite data the penalised likelihood is not finite where the information is singular.
  if (failure == Failure::not_finite) return fill_failure(Failure::singular_design, design, contrasts);
  if (failure != Failure::none) return fill_failure(failure, design, contrasts);
  const Eigen::VectorXd maximum = newton.at;
  const double highest = newton.log_likelihood;
  const int patients = static_cast<int>(design.patient.size()), iterations = newton.iterations;
  for (std::size_t k = 0; k < contrasts.size(); ++k) {
    const int column = design.arm_column[k + 1];
    if (column < 0) {
      contrasts[k] = failed(Failure::empty_arm, patients);
      continue;
    }
    const auto j = offset + column;
    const double se = likelihood.standard_error(maximum, j);
    Profile profile(likelihood, newton, maximum, highest, j);
    contrasts[k] = describe(profile, maximum[j], se, inference, workspace);
    if (std::isnan(contrasts[k].statistic) ||
        (inference.margin > 0 && std::isnan(contrasts[k].at_margin + contrasts[k].at_minus_margin)))
      contrasts[k] = failed(Failure::no_convergence);
    contrasts[k].patients = patients;
    contrasts[k].iterations = iterations;
    contrasts[k].aliased = design.aliased;
  }
}

}  // namespace

void fit_likelihood(const Design& design, Likelihood& likelihood, Eigen::Index offset, Firth firth,
                    const Inference& inference, Workspace& workspace, std::span<Estimate> contrasts) {
  if (firth == Firth::always) return fit_penalised(design, likelihood, offset, inference, workspace, contrasts);
  Newton& newton = workspace.newton();
  const Eigen::VectorXd start = firth == Firth::fallback ? newton.at : Eigen::VectorXd();
  const Failure failure = firth == Firth::never ? newton.maximise_or_hold(likelihood, offset, design.arms())
                                                : newton.maximise(likelihood, offset, {});
  if (failure == Failure::none) return fill_contrasts(design, newton, offset, inference, workspace, contrasts);
  if (firth == Firth::never) return fill_failure(failure, design, contrasts);
  newton.at = start;
  fit_penalised(design, likelihood, offset, inference, workspace, contrasts);
  for (Estimate& contrast : contrasts) contrast.fallback = contrast.ok();
}

}  // namespace vcohort::analysis
