#include "engine/analysis/mmrm/covariance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/mmrm/dense.hpp"

namespace vcohort::analysis {

namespace {

bool is_compound(CovarianceStructure structure) {
  return structure == CovarianceStructure::compound_symmetry ||
         structure == CovarianceStructure::compound_symmetry_heterogeneous;
}

bool is_autoregressive(CovarianceStructure structure) {
  return structure == CovarianceStructure::ar1 || structure == CovarianceStructure::ar1_heterogeneous;
}

bool is_spatial(CovarianceStructure structure) {
  return structure == CovarianceStructure::spatial_exponential;
}

/// One correlation for all pairs of visits.
bool has_one_correlation(CovarianceStructure structure) {
  return is_compound(structure) || is_autoregressive(structure) || is_spatial(structure);
}

double logistic(double x) {
  return 1 / (1 + exp_of(-x));
}

}  // namespace

std::string_view name_of(CovarianceStructure structure) {
  static constexpr std::array<std::string_view, 8> names{"us", "toeph", "ar1h", "csh", "toep", "ar1", "cs", "sp_exp"};
  return names[static_cast<std::size_t>(structure)];
}

CovarianceFamily::CovarianceFamily(CovarianceStructure structure, int visits, std::span<const double> times)
    : structure_(structure), visits_(visits), times_(times) {
  heterogeneous_ = structure < CovarianceStructure::toeplitz;
  const int scales = heterogeneous_ ? visits : 1;
  if (structure == CovarianceStructure::unstructured) {
    parameters_ = visits * (visits + 1) / 2;
  } else if (visits == 1) {
    parameters_ = 1;
  } else if (has_one_correlation(structure)) {
    parameters_ = scales + 1;
  } else {
    parameters_ = scales + visits - 1;
  }
}

int CovarianceFamily::correlation_parameter(int lag) const {
  const int first = heterogeneous_ ? visits_ : 1;
  return has_one_correlation(structure_) ? first : first + lag - 1;
}

double CovarianceFamily::correlation(double theta) const {
  if (is_compound(structure_)) {
    const double bound = 1.0 / (visits_ - 1);
    return logistic(theta) * (1 + bound) - bound;
  }
  return theta / std::sqrt(1 + theta * theta);
}

CovarianceFamily::Correlation CovarianceFamily::correlation_of(std::span<const double> theta, int t, int u) const {
  const int lag = t - u;
  if (lag == 0) return {1, 0, 0};
  const double parameter = theta[correlation_parameter(lag)];
  if (is_spatial(structure_)) {
    const double base = logistic(parameter), d = distance(t, u);
    const double value = exp_of(d * log_of_any(base)), slope = d * value * (1 - base);
    return {value, slope, d * (1 - base) * (slope - value * base)};
  }
  Correlation result{correlation(parameter), 0, 0};
  if (is_compound(structure_)) {
    const double share = logistic(parameter), range = 1 + 1.0 / (visits_ - 1);
    result.slope = range * share * (1 - share);
    result.curvature = result.slope * (1 - 2 * share);
    return result;
  }
  const double square = 1 + parameter * parameter;
  result.slope = 1 / (square * std::sqrt(square));
  result.curvature = -3 * parameter * result.slope / square;
  if (is_autoregressive(structure_) && lag > 1) {
    const double base = result.value, slope = result.slope;
    double power = 1;  // base^(lag - 2)
    for (int k = 2; k < lag; ++k) power *= base;
    result.value = power * base * base;
    result.curvature = lag * (lag - 1) * power * slope * slope + lag * power * base * result.curvature;
    result.slope = lag * power * base * slope;
  }
  return result;
}

void CovarianceFamily::matrix(std::span<const double> theta, std::span<double> sigma) const {
  const int n = visits_;
  for (int t = 0; t < n; ++t) {
    for (int u = 0; u <= t; ++u) {
      double value;
      const double scale = exp_of(theta[scale_parameter(t)]) * exp_of(theta[scale_parameter(u)]);
      if (structure_ == CovarianceStructure::unstructured) {
        value = t == u ? 1 : theta[factor_parameter(t, u)];
        for (int k = 0; k < u; ++k) value += theta[factor_parameter(t, k)] * theta[factor_parameter(u, k)];
      } else {
        value = correlation_of(theta, t, u).value;
      }
      sigma[t * n + u] = sigma[u * n + t] = scale * value;
    }
  }
}

/// Calls receive(h, value) with the entry's derivatives by the parameters other than the scales.
template <class Receiver>
void CovarianceFamily::each_first_derivative(std::span<const double> theta, int t, int u, Receiver&& receive) const {
  const double scale = exp_of(theta[scale_parameter(t)]) * exp_of(theta[scale_parameter(u)]);
  if (structure_ != CovarianceStructure::unstructured) {
    if (t > u) receive(correlation_parameter(t - u), scale * correlation_of(theta, t, u).slope);
  } else if (t == u) {
    for (int k = 0; k < t; ++k) receive(factor_parameter(t, k), 2 * scale * theta[factor_parameter(t, k)]);
  } else {
    for (int k = 0; k < u; ++k) {
      receive(factor_parameter(t, k), scale * theta[factor_parameter(u, k)]);
      receive(factor_parameter(u, k), scale * theta[factor_parameter(t, k)]);
    }
    receive(factor_parameter(t, u), scale);
  }
}

void CovarianceFamily::first_derivatives(std::span<const double> theta, std::span<double> derivatives) const {
  const int n = visits_, size = n * n;
  std::fill(derivatives.begin(), derivatives.begin() + parameters_ * size, 0.0);
  for (int t = 0; t < n; ++t) {
    for (int u = 0; u <= t; ++u) {
      double sigma = 0;  // of this entry
      const double scale = exp_of(theta[scale_parameter(t)]) * exp_of(theta[scale_parameter(u)]);
      if (structure_ == CovarianceStructure::unstructured) {
        sigma = t == u ? 1 : theta[factor_parameter(t, u)];
        for (int k = 0; k < u; ++k) sigma += theta[factor_parameter(t, k)] * theta[factor_parameter(u, k)];
      } else {
        sigma = correlation_of(theta, t, u).value;
      }
      sigma *= scale;
      derivatives[scale_parameter(t) * size + t * n + u] += sigma;
      derivatives[scale_parameter(u) * size + t * n + u] += sigma;
      each_first_derivative(theta, t, u, [&](int h, double value) { derivatives[h * size + t * n + u] = value; });
    }
  }
  for (int h = 0; h < parameters_; ++h) {
    for (int t = 0; t < n; ++t) {
      for (int u = 0; u < t; ++u) derivatives[h * size + u * n + t] = derivatives[h * size + t * n + u];
    }
  }
}

/// Calls receive(h, j, t, u, value) for t >= u and unordered pairs of parameters; an entry may come in several pieces.
template <class Receiver>
void CovarianceFamily::each_second_derivative(std::span<const double> theta, Receiver&& receive) const {
  for (int t = 0; t < visits_; ++t) {
    for (int u = 0; u <= t; ++u) {
      const int h = scale_parameter(t), j = scale_parameter(u);
      const double scale = exp_of(theta[h]) * exp_of(theta[j]);
      double sigma;
      if (structure_ == CovarianceStructure::unstructured) {
        sigma = t == u ? 1 : theta[factor_parameter(t, u)];
        for (int k = 0; k < u; ++k) sigma += theta[factor_parameter(t, k)] * theta[factor_parameter(u, k)];
        sigma *= scale;
        for (int k = 0; k < u; ++k) {
          receive(factor_parameter(t, k), factor_parameter(u, k), t, u, t == u ? 2 * scale : scale);
        }
      } else {
        const Correlation r = correlation_of(theta, t, u);
        sigma = scale * r.value;
        if (t > u) receive(correlation_parameter(t - u), correlation_parameter(t - u), t, u, scale * r.curvature);
      }
      // The entry is exp(theta_h + theta_j) times the rest.
      if (h == j) {
        receive(h, h, t, u, 4 * sigma);
      } else {
        receive(h, h, t, u, sigma);
        receive(j, j, t, u, sigma);
        receive(h, j, t, u, sigma);
      }
      each_first_derivative(theta, t, u, [&](int other, double value) {
        receive(h, other, t, u, h == j ? 2 * value : value);
        if (h != j) receive(j, other, t, u, value);
      });
    }
  }
}

void CovarianceFamily::add_weighted_second_derivatives(std::span<const double> theta, std::span<const double> weight,
                                                       std::span<double> result, int result_stride) const {
  each_second_derivative(theta, [&](int h, int j, int t, int u, double value) {
    const double term = (t == u ? 1 : 2) * weight[t * visits_ + u] * value;
    result[h * result_stride + j] += term;
    if (h != j) result[j * result_stride + h] += term;
  });
}

void CovarianceFamily::contracted_second_derivatives(std::span<const double> theta, std::span<const double> covariance,
                                                     int stride, std::span<double> result) const {
  std::fill(result.begin(), result.begin() + visits_ * visits_, 0.0);
  each_second_derivative(theta, [&](int h, int j, int t, int u, double value) {
    const double term = (h == j ? 1 : 2) * covariance[h * stride + j] * value;
    result[t * visits_ + u] += term;
    if (t != u) result[u * visits_ + t] += term;
  });
}

void CovarianceFamily::contracted_second_derivatives_of_entries(std::span<const double> theta,
                                                                std::span<const double> covariance, int stride,
                                                                std::span<const double> derivatives,
                                                                std::span<double> result) const {
  const int size = visits_ * visits_;
  const bool linear = structure_ == CovarianceStructure::unstructured || structure_ == CovarianceStructure::toeplitz ||
                      structure_ == CovarianceStructure::compound_symmetry || visits_ == 1;
  if (linear) {
    std::fill(result.begin(), result.begin() + size, 0.0);
    return;
  }
  // Each variance and correlation v depends on one theta only, so that by the chain rule
  // sum W d2 Sigma / dv dv = sum W d2 Sigma / dtheta dtheta - sum_h W_hh (v'' / v')_h dSigma / dtheta_h.
  contracted_second_derivatives(theta, covariance, stride, result);
  const int scales = heterogeneous_ ? visits_ : 1;
  for (int h = 0; h < parameters_; ++h) {
    double ratio = 2;  // v = exp(2 theta)
    if (h >= scales) {
      ratio = is_compound(structure_) || is_spatial(structure_) ? 1 - 2 * logistic(theta[h])
                                                                : -3 * theta[h] / (1 + theta[h] * theta[h]);
    }
    for (int e = 0; e < size; ++e) result[e] -= covariance[h * stride + h] * ratio * derivatives[h * size + e];
  }
}

void CovarianceFamily::approximate(std::span<const double> rough, std::span<double> theta,
                                   std::span<double> scratch) const {
  const int n = visits_;
  const std::span<double> work = scratch.first(n * n), sums = scratch.subspan(n * n, n),
                          counts = scratch.subspan(n * n + n, n);
  std::fill(sums.begin(), sums.end(), 0.0);
  std::fill(counts.begin(), counts.end(), 0.0);
  double variance = 0;
  for (int t = 0; t < n; ++t) variance += rough[t * n + t] / n;
  for (int t = 0; t < n; ++t) {
    if (heterogeneous_) theta[t] = log_of_any(rough[t * n + t]) / 2;
    for (int u = 0; u < t; ++u) {
      const double scale = heterogeneous_ ? std::sqrt(rough[t * n + t] * rough[u * n + u]) : variance;
      sums[t - u] += rough[t * n + u] / scale;
      counts[t - u] += 1;
    }
  }
  if (!heterogeneous_) theta[0] = log_of_any(variance) / 2;

  // Near the bound a correlation has an infinite parameter; shrinking keeps every start inside.
  constexpr double largest_start = 0.98, shrink = 0.9;
  for (double factor = 1;; factor *= shrink) {
    if (structure_ == CovarianceStructure::unstructured) {
      for (int t = 0; t < n; ++t) {
        for (int u = 0; u <= t; ++u) work[t * n + u] = rough[t * n + u] * (t == u ? 1 : factor);
      }
      if (!factorise(work.data(), n)) continue;
      bool well_conditioned = true;
      for (int t = 0; t < n; ++t) {
        // A conditional variance below this share of the variance comes from pairs that contradict each other, or from
        // data so nearly singular that the iteration finds its way from a rounder matrix as well.
        constexpr double smallest_share = 1e-8;
        if (work[t * n + t] * work[t * n + t] < smallest_share * rough[t * n + t]) well_conditioned = false;
      }
      if (!well_conditioned) continue;
      for (int t = 0; t < n; ++t) {
        theta[t] = log_of_any(work[t * n + t]);
        for (int u = 0; u < t; ++u) theta[factor_parameter(t, u)] = work[t * n + u] / work[t * n + t];
      }
      return;
    }
    if (n == 1) return;
    double all = 0, pairs = 0;
    for (int lag = 1; lag < n; ++lag) all += sums[lag], pairs += counts[lag];
    for (int lag = 1; lag < n; ++lag) {
      double r = factor * sums[lag] / counts[lag];
      if (is_autoregressive(structure_) || is_spatial(structure_)) r = factor * sums[1] / counts[1];
      if (is_compound(structure_)) r = factor * all / pairs;
      r = std::clamp(r, is_spatial(structure_) ? 1 - largest_start : -largest_start, largest_start);
      if (is_compound(structure_)) {
        const double bound = 1.0 / (n - 1);
        const double share = std::clamp((r + bound) / (1 + bound), 1 - largest_start, largest_start);
        theta[correlation_parameter(lag)] = log_of_any(share / (1 - share));
      } else if (is_spatial(structure_)) {
        const double base = exp_of(log_of_any(r) * (n - 1) / distance(n - 1, 0));  // by the mean distance of neighbours
        theta[correlation_parameter(lag)] = log_of_any(base / (1 - base));
      } else {
        theta[correlation_parameter(lag)] = r / std::sqrt(1 - r * r);
      }
    }
    matrix(theta, work);
    if (factorise(work.data(), n)) return;
  }
}

}  // namespace vcohort::analysis
