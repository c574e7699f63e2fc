#include "engine/analysis/counts.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>

#include "engine/analysis/design.hpp"
#include "engine/analysis/elementary.hpp"
#include "engine/numeric/vector_math.hpp"

namespace vcohort::analysis {
namespace {

constexpr std::size_t own = Design::slots;

struct Response {
  std::span<double> count, log_exposure;
  double total = 0;
  bool valid = true;
};

Response response_of(const Dataset& data, const Design& design, Workspace& workspace) {
  const auto rows = design.patient.size();
  Response response{workspace.reals(own, rows), workspace.reals(own + 1, rows)};
  for (std::size_t row = 0; row < rows; ++row) {
    const int i = design.patient[row];
    const double count = data.outcome[i], exposure = data.exposure.empty() ? 1 : data.exposure[i];
    response.valid &= count >= 0 && count == std::floor(count) && std::isfinite(count);
    response.valid &= exposure > 0 && std::isfinite(exposure);
    response.count[row] = count;
    response.log_exposure[row] = log_of(exposure);
    response.total += count;
  }
  return response;
}

/// Sums over all patients of 1/(theta + k) and of its square, k = 0 .. y-1: what digamma and trigamma of y + theta and
/// theta differ by. Patients with more than k events share the k-th term.
struct Rising {
  double first = 0, second = 0;
};

class RisingSums {
 public:
  RisingSums(std::span<const double> counts, Workspace& workspace) : counts_(counts) {
    constexpr double most_terms = 4096;  // beyond it the special functions are cheaper than the sums
    const double largest = *std::max_element(counts.begin(), counts.end());
    if (largest > most_terms) return;
    exceeding_ = workspace.reals(own + 2, static_cast<std::size_t>(largest));
    std::fill(exceeding_.begin(), exceeding_.end(), 0.0);
    for (const double y : counts) {
      if (y > 0) exceeding_[static_cast<std::size_t>(y) - 1] += 1;
    }
    for (std::size_t k = exceeding_.size(); k-- > 1;) exceeding_[k - 1] += exceeding_[k];
  }

  Rising at(double theta) const {
    Rising sum;
    for (std::size_t k = 0; k < exceeding_.size(); ++k) {
      const double inverse = 1 / (theta + static_cast<double>(k));
      sum.first += exceeding_[k] * inverse;
      sum.second += exceeding_[k] * inverse * inverse;
    }
    if (!exceeding_.empty()) return sum;
    for (const double y : counts_) {
      sum.first += boost::math::digamma(theta + y) - boost::math::digamma(theta);
      sum.second += boost::math::trigamma(theta) - boost::math::trigamma(theta + y);
    }
    return sum;
  }

  /// Sum over patients of log of prod_{k<y} (1 + dispersion k).
  double log_product(double dispersion) const {
    double sum = 0;
    for (std::size_t k = 0; k < exceeding_.size(); ++k) {
      sum += exceeding_[k] * log1p_of(dispersion * static_cast<double>(k));
    }
    if (!exceeding_.empty() || dispersion == 0) return sum;
    const double theta = 1 / dispersion;
    for (const double y : counts_) {
      sum += boost::math::lgamma(y + theta) - boost::math::lgamma(theta) + y * log_of(dispersion);
    }
    return sum;
  }

 private:
  std::span<const double> counts_;
  std::span<double> exceeding_;  // [k] patients with more than k events; empty when counts are too large
};

class CountModel final : public Likelihood {
 public:
  CountModel(const Design& design, const Response& response, Workspace& workspace)
      : design_(design),
        response_(response),
        rising_(response.count, workspace),
        mean_(workspace.reals(own + 3, response.count.size())),
        predictor_(workspace.reals(own + 4, response.count.size())),
        log_scale_(workspace.reals(own + 5, response.count.size())) {}

  /// Log-likelihood in (intercept, slopes) at a fixed dispersion, up to what does not depend on them. The information
  /// is the expected one: a Newton step is a step of iteratively reweighted least squares.
  double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) override {
    const auto slopes = design_.columns();
    gradient.setZero();
    information.setZero();
    const std::size_t rows = mean_.size();
    for (std::size_t i = 0; i < rows; ++i)
      predictor_[i] =
          at[0] + response_.log_exposure[i] + design_.x.row(static_cast<Eigen::Index>(i)).dot(at.tail(slopes));
    vcohort::exp_of(predictor_, mean_);
    if (std::any_of(mean_.begin(), mean_.end(), [](double mean) { return !std::isfinite(mean); }))
      return -std::numeric_limits<double>::infinity();
    take_logs();
    double log_likelihood = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto x = design_.x.row(static_cast<Eigen::Index>(i));
      const double mean = mean_[i], y = response_.count[i];
      const double scale = 1 / (1 + dispersion * mean);
      // y log(mean / (1 + dispersion mean)) - log(1 + dispersion mean) / dispersion; the second term tends to the mean.
      log_likelihood += y * (predictor_[i] - log_scale_[i]) - (dispersion > 0 ? log_scale_[i] / dispersion : mean);
      const double residual = (y - mean) * scale, weight = mean * scale;
      gradient[0] += residual;
      information(0, 0) += weight;
      for (Eigen::Index j = 0; j < slopes; ++j) {
        gradient[1 + j] += residual * x[j];
        information(1 + j, 0) += weight * x[j];
        for (Eigen::Index k = 0; k <= j; ++k) information(1 + j, 1 + k) += weight * x[j] * x[k];
      }
    }
    information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
    return log_likelihood;
  }

  /// Derivative of the log-likelihood in the dispersion at 0, given Poisson means: positive when the counts vary more.
  double overdispersion() const {
    double sum = 0;
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double residual = response_.count[i] - mean_[i];
      sum += (residual * residual - response_.count[i]) / 2;
    }
    return sum;
  }

  /// Maximises over log(theta) at fixed means: Newton, by bounded steps uphill where the curvature has the wrong sign.
  /// Returns the change of log(theta).
  double fit_theta() {
    constexpr int most_iterations = 100;
    constexpr double longest_step = 2, close_enough = 1e-12, slack = 1e-9;
    const double before = log_of(1 / dispersion);
    double log_theta = before;
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
      const double theta = exp_of(log_theta);
      const auto sums = rising_.at(theta);
      double score = sums.first, curvature = -sums.second;
      for (std::size_t i = 0; i < mean_.size(); ++i) {
        const double y = response_.count[i], mean = mean_[i];
        score += (mean - y) / (mean + theta) - log1p_of(mean / theta);
        curvature += mean / (theta * (mean + theta)) - (mean - y) / ((mean + theta) * (mean + theta));
      }
      // In log(theta).
      curvature = theta * score + theta * theta * curvature;
      score *= theta;
      double step = curvature < 0 ? -score / curvature : std::copysign(longest_step, score);
      step = std::clamp(step, -longest_step, longest_step);
      log_theta += step;
      if (std::fabs(step) < close_enough) break;
      if (log_theta > largest_log_theta()) break;
    }
    dispersion = 1 / exp_of(log_theta);
    return std::fabs(log_theta - before) < slack ? 0 : log_theta - before;
  }

  /// Beyond it (a dispersion of 1e-8) the model cannot be told from Poisson in double precision.
  static double largest_log_theta() { return 8 * log_of(10.0); }

  /// What the log-likelihood leaves out: log of prod_{k<y} (1 + dispersion k) / y!.
  double constant() const {
    double sum = rising_.log_product(dispersion);
    for (const double y : response_.count) sum -= boost::math::lgamma(y + 1);
    return sum;
  }

  double dispersion = 0;

 private:
  /// log(1 + dispersion mean) as log1p_of has it, all patients at once.
  void take_logs() {
    for (std::size_t i = 0; i < mean_.size(); ++i) log_scale_[i] = 1 + dispersion * mean_[i];
    vcohort::log_of(log_scale_, log_scale_);
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double x = dispersion * mean_[i], rounded = 1 + x;
      log_scale_[i] = rounded == 1 ? x : std::isinf(rounded) ? rounded : log_scale_[i] * (x / (rounded - 1));
    }
  }

  const Design& design_;
  const Response& response_;
  RisingSums rising_;
  std::span<double> mean_, predictor_, log_scale_;  // [patient]
};

void start_at(const Design& design, const Response& response, Eigen::VectorXd& start) {
  double exposure = 0;
  for (const double log_exposure : response.log_exposure) exposure += exp_of(log_exposure);
  start.setZero(1 + design.columns());
  start[0] = log_of(response.total / exposure);
}

/// Alternates between the coefficients and the dispersion, whose information is uncorrelated, until neither moves.
Failure fit(CountModel& model, Newton& newton, Eigen::Index arms) {
  const Failure failure = newton.maximise_or_hold(model, 1, arms);
  if (failure != Failure::none || !(model.overdispersion() > 0)) return failure;
  model.dispersion = 1;
  constexpr int most_rounds = 100;
  for (int round = 0; round < most_rounds; ++round) {
    const double change = model.fit_theta();
    if (log_of(1 / model.dispersion) > CountModel::largest_log_theta()) model.dispersion = 0;
    const int iterations = newton.iterations;
    const Failure of_round = newton.maximise_or_hold(model, 1, arms);
    newton.iterations += iterations;
    if (of_round != Failure::none || change == 0 || model.dispersion == 0) return of_round;
  }
  return Failure::no_convergence;
}

}  // namespace

CountFit compare_counts(const Dataset& data, const Inference& inference, Workspace& workspace,
                        std::span<Estimate> contrasts) {
  const auto stop = [&](Failure failure, const Design& design) {
    fill_failure(failure, design, contrasts);
    return CountFit{};
  };
  const auto design = data.exposure.empty() ? build_design(data, {data.outcome}, false, workspace)
                                            : build_design(data, {data.outcome, data.exposure}, false, workspace);
  if (design.failure != Failure::none) return stop(design.failure, design);
  const auto response = response_of(data, design, workspace);
  if (!response.valid) return stop(Failure::not_finite, design);
  if (response.total == 0) return stop(Failure::no_events, design);
  CountModel model(design, response, workspace);
  Newton& newton = workspace.newton();
  start_at(design, response, newton.at);
  const Failure failure = fit(model, newton, design.arms());
  if (failure != Failure::none) return stop(failure, design);
  fill_contrasts(design, newton, 1, inference, workspace, contrasts);
  return {model.dispersion, inference.p_value ? newton.log_likelihood + model.constant() : unknown};
}

void fit_negative_binomial(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                           std::span<Estimate> contrasts) {
  compare_counts(data, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
