#include "engine/analysis/mmrm/monotone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "engine/analysis/mmrm/dense.hpp"

namespace vcohort::analysis {

bool MonotoneRegression::fit(const RepeatedMeasures& data) {
  terms_ = data.terms();
  visits_ = data.visits();
  const int q = terms_, width = data.width();
  const std::size_t area = static_cast<std::size_t>(width) * width;
  factors_.resize(visits_ * area);
  gram_.assign(area, 0.0);
  slopes_.assign(static_cast<std::size_t>(visits_) * visits_, 0.0);
  path_.assign(static_cast<std::size_t>(visits_) * visits_, 0.0);
  variances_.resize(visits_);
  residual_.resize(visits_);
  coefficients_.resize(static_cast<std::size_t>(visits_) * q);

  // Patterns ascend with the last visit, so from the back the Gram matrices accumulate to everyone seen at visit j.
  int patients = 0;
  auto pattern = data.patterns().rbegin();
  for (int j = visits_ - 1; j >= 0; --j) {
    for (; pattern != data.patterns().rend() && pattern->patients == 0; ++pattern) {
    }
    if (pattern != data.patterns().rend() && pattern->visits.back() == j) {
      patients += pattern->patients;
      for (int r = 0; r < q + j + 1; ++r) {
        for (int c = 0; c <= r; ++c) gram_[r * width + c] += pattern->gram[r * width + c];
      }
      ++pattern;
    }
    residual_[j] = patients - q;
    if (residual_[j] - j <= 0) return false;

    double* factor = factors_.data() + j * area;
    const int n = q + j + 1;
    for (int r = 0; r < n; ++r) {
      for (int c = 0; c <= r; ++c) {
        double sum = gram_[r * width + c];
        for (int k = 0; k < c; ++k) sum -= factor[r * width + k] * factor[c * width + k];
        if (r > c) {
          factor[r * width + c] = sum / factor[c * width + c];
        } else {
          constexpr double rounding = 1e-11;  // of a sum of squares after subtracting its regression
          if (!(sum > rounding * gram_[r * width + r])) return false;
          factor[r * width + r] = std::sqrt(sum);
        }
      }
    }
    const double root = factor[(n - 1) * width + n - 1];
    variances_[j] = root * root / residual_[j];
    const auto has_logarithm = [](double x) { return x > 0 && std::isfinite(x); };
    if (!has_logarithm(variances_[j]) || !has_logarithm(determinant_of_terms(j))) return false;
  }

  for (int j = 0; j < visits_; ++j) {
    const double* factor = factors_.data() + j * area;
    const int n = q + j;
    left_.assign(factor + n * width, factor + n * width + n);
    for (int r = n - 1; r >= 0; --r) {
      double sum = left_[r];
      for (int k = r + 1; k < n; ++k) sum -= factor[k * width + r] * left_[k];
      left_[r] = sum / factor[r * width + r];
    }
    for (int a = 0; a < q; ++a) coefficients_[j * q + a] = left_[a];
    path_[j * visits_ + j] = 1;
    for (int k = 0; k < j; ++k) {
      const double slope = slopes_[j * visits_ + k] = left_[q + k];
      for (int a = 0; a < q; ++a) coefficients_[j * q + a] += slope * coefficients_[k * q + a];
      for (int m = 0; m <= k; ++m) path_[j * visits_ + m] += slope * path_[k * visits_ + m];
    }
  }
  return true;
}

double MonotoneRegression::determinant_of_terms(int visit) const {
  const int width = terms_ + visits_;
  const double* factor = factors_.data() + static_cast<std::size_t>(visit) * width * width;
  double determinant = 1;
  for (int k = 0; k < terms_; ++k) determinant *= factor[k * width + k];
  return determinant;
}

double MonotoneRegression::minus_two_log_likelihood() const {
  double logarithms = 0;
  for (int j = visits_ - 1; j >= 0; --j)
    logarithms +=
        residual_[j] * (log_of_any(2 * std::numbers::pi * variances_[j]) + 1) + 2 * log_of_any(determinant_of_terms(j));
  return logarithms;
}

void MonotoneRegression::covariance(std::span<double> sigma) const {
  for (int t = 0; t < visits_; ++t) {
    for (int u = 0; u <= t; ++u) {
      double sum = 0;
      for (int j = 0; j <= u; ++j) sum += path_[t * visits_ + j] * path_[u * visits_ + j] * variances_[j];
      sigma[t * visits_ + u] = sigma[u * visits_ + t] = sum;
    }
  }
}

/// projected[j] = u_j = sum_t L_tj weights_t, for every visit j.
void MonotoneRegression::project(std::span<const double> weights, std::vector<double>& projected) const {
  projected.assign(static_cast<std::size_t>(visits_) * terms_, 0.0);
  for (int t = 0; t < visits_; ++t) {
    const double* weight = weights.data() + t * terms_;
    if (std::all_of(weight, weight + terms_, [](double w) { return w == 0; })) continue;
    for (int j = 0; j <= t; ++j) {
      for (int a = 0; a < terms_; ++a) projected[j * terms_ + a] += path_[t * visits_ + j] * weight[a];
    }
  }
}

double MonotoneRegression::covariance(std::span<const double> left, std::span<const double> right) {
  project(left, left_);
  project(right, right_);
  const int q = terms_, width = terms_ + visits_;
  double sum = 0;
  for (int j = 0; j < visits_; ++j) {
    const double* factor = factors_.data() + static_cast<std::size_t>(j) * width * width;
    double *x = left_.data() + j * q, *y = right_.data() + j * q;
    for (int a = 0; a < q; ++a) {
      for (int b = 0; b < a; ++b) x[a] -= factor[a * width + b] * x[b], y[a] -= factor[a * width + b] * y[b];
      x[a] /= factor[a * width + a], y[a] /= factor[a * width + a];
      sum += variances_[j] * x[a] * y[a];
    }
  }
  return sum;
}

MonotoneRegression::Variance MonotoneRegression::variance(std::span<const double> weights) {
  project(weights, left_);
  const int q = terms_, width = terms_ + visits_;
  // s_mj = tau_m^2 u_m' Z_m^-1 u_j; products_[m][j].
  right_.assign(static_cast<std::size_t>(visits_) * visits_ + 2 * q, 0.0);
  double *x = right_.data() + visits_ * visits_, *y = x + q;
  double variance = 0, quadratic = 0;
  for (int m = 0; m < visits_; ++m) {
    const double* factor = factors_.data() + static_cast<std::size_t>(m) * width * width;
    const double* own = left_.data() + m * q;
    if (std::all_of(own, own + q, [](double u) { return u == 0; })) continue;
    for (int a = 0; a < q; ++a) {
      x[a] = own[a];
      for (int b = 0; b < a; ++b) x[a] -= factor[a * width + b] * x[b];
      x[a] /= factor[a * width + a];
    }
    double square = 0;
    for (int a = 0; a < q; ++a) square += x[a] * x[a];
    variance += variances_[m] * square;
    quadratic += square * square * 2 * variances_[m] * variances_[m] / residual_[m];
    for (int a = q - 1; a >= 0; --a) {
      y[a] = x[a];
      for (int b = a + 1; b < q; ++b) y[a] -= factor[b * width + a] * y[b];
      y[a] /= factor[a * width + a];
    }
    for (int j = 0; j < visits_; ++j) {
      double product = 0;
      for (int a = 0; a < q; ++a) product += y[a] * left_[j * q + a];
      right_[m * visits_ + j] = variances_[m] * product;
    }
  }
  slope_gradient_.resize(visits_);
  for (int j = 1; j < visits_; ++j) {
    for (int k = 0; k < j; ++k) {
      double sum = 0;
      for (int m = 0; m <= k; ++m) sum += path_[k * visits_ + m] * right_[m * visits_ + j];
      slope_gradient_[k] = 2 * sum;
    }
    // g' Var(phi_j) g with S_j = C C', C the corner of the factor behind the terms.
    const double* factor = factors_.data() + static_cast<std::size_t>(j) * width * width;
    double square = 0;
    for (int k = 0; k < j; ++k) {
      double value = slope_gradient_[k];
      for (int m = 0; m < k; ++m) value -= factor[(q + k) * width + q + m] * slope_gradient_[m];
      value /= factor[(q + k) * width + q + k];
      slope_gradient_[k] = value;
      square += value * value;
    }
    quadratic += variances_[j] * square;
  }
  return {variance, quadratic > 0 ? 2 * variance * variance / quadratic : std::numeric_limits<double>::infinity()};
}

}  // namespace vcohort::analysis
