#include "engine/sensitivity/reweight.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  double total = 0, sum = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (weights[k] == 0) continue;  // the value may be missing
    total += weights[k];
    sum += weights[k] * values[k];
  }
  return sum / total;
}

double weighted_covariance(std::span<const double> x, std::span<const double> y, std::span<const double> weights) {
  const double mean_x = weighted_mean(x, weights), mean_y = weighted_mean(y, weights);
  double total = 0, sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (weights[k] == 0) continue;
    total += weights[k];
    sum += weights[k] * (x[k] - mean_x) * (y[k] - mean_y);
  }
  return sum / total;
}

/// log(1 + x), also for small x (Kahan's correction of the rounding of 1 + x).
double log_of_one_plus(double x) {
  const double rounded = 1 + x;
  return rounded == 1 ? x : log_of(rounded) * x / (rounded - 1);
}

/// Profile of the generalised Pareto likelihood at theta: the shape, with x_k >= 0.
double shape_at(double theta, std::span<const double> exceedances) {
  double sum = 0;
  for (const double x : exceedances) sum += log_of_one_plus(-theta * x);
  return sum / static_cast<double>(exceedances.size());
}

}  // namespace

ImportanceWeights importance_weights(std::span<const Target> targets,
                                     const std::vector<std::vector<double>>& simulated) {
  const std::size_t draws = simulated.at(0).size();
  std::vector<double> log_weight(draws, 0.0);
  for (std::size_t t = 0; t < targets.size(); ++t)
    for (std::size_t d = 0; d < draws; ++d) {
      const double distance = (targets[t].value - simulated[t][d]) / targets[t].se;
      log_weight[d] -= distance * distance / 2;  // NaN stays NaN
    }
  constexpr double never = -std::numeric_limits<double>::infinity();
  double largest = never;
  for (double& w : log_weight) {
    if (w != w) w = never;
    largest = std::max(largest, w);
  }
  if (largest == never)
    throw NumericalFailure(
        explain("no parameter draw can be weighted", "none of them simulates all targets", "check the targets"));
  ImportanceWeights result;
  double total = 0, squares = 0;
  for (const double w : log_weight) {
    result.weight.push_back(w == never ? 0.0 : exp_of(w - largest));
    total += result.weight.back();
  }
  for (double& w : result.weight) {
    w /= total;
    squares += w * w;
    result.largest = std::max(result.largest, w);
  }
  result.effective_sample_size = 1 / squares;
  result.pareto_k = pareto_shape(result.weight);
  return result;
}

double pareto_shape(std::vector<double> weights) {
  constexpr std::size_t fewest = 5;
  std::sort(weights.begin(), weights.end());
  const auto n = static_cast<double>(weights.size());
  const auto tail = static_cast<std::size_t>(std::ceil(std::min(0.2 * n, 3 * std::sqrt(n))));
  if (tail < fewest || tail >= weights.size()) return missing;
  const double cutoff = weights[weights.size() - tail - 1];
  std::vector<double> x(weights.end() - static_cast<std::ptrdiff_t>(tail), weights.end());
  for (double& value : x) value -= cutoff;
  const auto m = static_cast<double>(tail);
  const double quartile = x[static_cast<std::size_t>(m / 4 + 0.5) - 1];
  if (!(quartile > 0) || !(x.front() < x.back())) return missing;

  // Zhang & Stephens 2009: the posterior mean of theta over a grid, weighted by the profile likelihood.
  constexpr double prior = 3;
  const int points = 30 + static_cast<int>(std::sqrt(m));
  std::vector<double> theta, log_likelihood;
  for (int j = 1; j <= points; ++j) {
    const double place = 1 - std::sqrt(points / (j - 0.5));
    theta.push_back(1 / x.back() + place / (prior * quartile));
    const double k = shape_at(theta.back(), x);
    log_likelihood.push_back(m * (log_of(-theta.back() / k) - k - 1));
  }
  double sum = 0, centre = 0;
  const double best = *std::max_element(log_likelihood.begin(), log_likelihood.end());
  for (std::size_t j = 0; j < theta.size(); ++j) {
    const double weight = exp_of(log_likelihood[j] - best);
    sum += weight;
    centre += weight * theta[j];
  }
  constexpr double worth_of_prior = 10, prior_shape = 0.5;
  return (m * shape_at(centre / sum, x) + worth_of_prior * prior_shape) / (m + worth_of_prior);
}

WeightedSummary weighted_summary(std::span<const double> values, std::span<const double> weights) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (weights[k] > 0) order.push_back(k);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
  WeightedSummary result;
  result.mean = weighted_mean(values, weights);
  result.sd = __builtin_sqrt(weighted_covariance(values, values, weights));
  double total = 0;
  for (const std::size_t k : order) total += weights[k];
  const auto quantile = [&](double p) {
    double below = 0;
    for (const std::size_t k : order) {
      below += weights[k];
      if (below >= p * total) return values[k];
    }
    return values[order.back()];
  };
  result.lower = quantile(0.025);
  result.median = quantile(0.5);
  result.upper = quantile(0.975);
  return result;
}

double weighted_correlation(std::span<const double> x, std::span<const double> y, std::span<const double> weights) {
  const double xx = weighted_covariance(x, x, weights), yy = weighted_covariance(y, y, weights);
  return xx > 0 && yy > 0 ? weighted_covariance(x, y, weights) / __builtin_sqrt(xx * yy) : 0.0;
}

}  // namespace vcohort
