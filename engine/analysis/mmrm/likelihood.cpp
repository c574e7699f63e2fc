#include "engine/analysis/mmrm/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/analysis/mmrm/dense.hpp"

namespace vcohort::analysis {

void RestrictedLikelihood::prepare(const RepeatedMeasures& data, std::span<const DesignColumn> columns,
                                   const CovarianceFamily& family, int groups) {
  data_ = &data;
  family_ = family;
  groups_ = groups;
  visits_ = data.visits();
  terms_ = data.terms();
  size_ = static_cast<std::size_t>(visits_) * visits_;
  entries_ = visits_ * (visits_ + 1) / 2;
  columns_.assign(columns.begin(), columns.end());
  for (DesignColumn& column : columns_) {
    if (column.visit == DesignColumn::every_visit) column.visit = visits_;
  }

  row_of_.resize(entries_);
  column_of_.resize(entries_);
  for (int t = 0, e = 0; t < visits_; ++t) {
    for (int u = 0; u <= t; ++u, ++e) row_of_[e] = t, column_of_[e] = u;
  }
  theta_.resize(parameters());
  base_theta_.resize(parameters());
  zero_.assign(family.parameters(), 0.0);
  entry_of_.clear();
  if (family.structure() == CovarianceStructure::unstructured) {
    for (int g = 0; g < groups; ++g) {
      for (int t = 0; t < visits_; ++t) entry_of_.push_back(g * entries_ + t * (t + 1) / 2 + t);
      for (int t = 1; t < visits_; ++t) {
        for (int u = 0; u < t; ++u) entry_of_.push_back(g * entries_ + t * (t + 1) / 2 + u);
      }
    }
  }
  sigma_.resize(groups_ * size_);
  root_.resize(groups_ * size_);
  root_inverse_.resize(groups_ * size_);
  derivatives_.resize(parameters() * size_);
  whitened_derivatives_.resize(parameters() * size_);
  states_.resize(data.patterns().size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    PatternState& state = states_[i];
    const RepeatedMeasures::Pattern& seen = data.patterns()[i];
    const std::size_t n = seen.visits.size(), stride = visits_ + 1;
    state.reach = seen.visits.back() + 1;
    state.prefix = state.reach == static_cast<int>(n);
    state.inverse.assign(stride * stride, 0.0);
    state.root.assign(n * n, 0.0);
    state.bridge.assign(n * visits_, 0.0);
    state.weights.assign(stride * visits_, 0.0);
    state.products.assign(n * n, 0.0);
    state.loss.assign(n * n, 0.0);
    state.whitened.assign(n * n, 0.0);
    state.score.assign(static_cast<std::size_t>(terms_) * visits_, 0.0);
  }
  scratch_.resize(6 * static_cast<std::size_t>(visits_ + 1) * (visits_ + 1));
  by_visit_.resize(static_cast<std::size_t>(terms_) * visits_);
  slope_.resize(groups_ * size_);
  log_determinants_.resize(states_.size());
}

bool RestrictedLikelihood::factorise_groups() {
  const int k = family_.parameters();
  for (int g = 0; g < groups_; ++g) {
    const std::span<double> sigma = std::span(sigma_).subspan(g * size_, size_);
    double* root = root_.data() + g * size_;
    family_.matrix(std::span(theta_).subspan(g * k, k), sigma);
    std::copy(sigma.begin(), sigma.end(), root);
    if (!factorise(root, visits_)) return false;
    for (int t = 0; t < visits_; ++t) {
      for (int u = t + 1; u < visits_; ++u) root[t * visits_ + u] = 0;
    }
  }
  return true;
}

bool RestrictedLikelihood::evaluate(std::span<const double> theta) {
  std::copy(theta.begin(), theta.end(), theta_.begin());
  const bool success = factorise_groups() && solve();
  if (success) keep();
  return success;
}

bool RestrictedLikelihood::move(const Eigen::VectorXd& step, double length) {
  const int k = family_.parameters(), n = visits_;
  if (!is_unstructured()) {
    for (int h = 0; h < parameters(); ++h) theta_[h] = base_theta_[h] + length * step[h];
    return factorise_groups() && solve();
  }
  for (int g = 0; g < groups_; ++g) {
    // R L(step), L(step) = D (I + strictly lower part).
    const double* base = base_root_.data() + g * size_;
    const double* own = step.data() + g * k;
    double* root = root_.data() + g * size_;
    double* sigma = sigma_.data() + g * size_;
    double* factor = scratch_.data();
    for (int t = 0, h = n; t < n; ++t) {
      const double scale = exp_of(length * own[t]);
      for (int u = 0; u < t; ++u, ++h) factor[t * n + u] = scale * length * own[h];
      factor[t * n + t] = scale;
    }
    for (int t = 0; t < n; ++t) {
      for (int u = 0; u <= t; ++u) {
        double sum = 0;
        for (int v = u; v <= t; ++v) sum += base[t * n + v] * factor[v * n + u];
        root[t * n + u] = sum;
      }
      for (int u = 0; u <= t; ++u) {
        double sum = 0;
        for (int v = 0; v <= u; ++v) sum += root[t * n + v] * root[u * n + v];
        sigma[t * n + u] = sigma[u * n + t] = sum;
      }
    }
  }
  return solve();
}

void RestrictedLikelihood::keep() {
  base_theta_ = theta_;
  base_root_ = root_;
}

void RestrictedLikelihood::theta(std::span<double> theta) const {
  if (!is_unstructured()) {
    std::copy(theta_.begin(), theta_.end(), theta.begin());
    return;
  }
  for (int g = 0; g < groups_; ++g) {
    const double* root = root_.data() + g * size_;
    double* own = theta.data() + g * family_.parameters();
    for (int t = 0, h = visits_; t < visits_; ++t) {
      own[t] = log_of_any(root[t * visits_ + t]);
      for (int u = 0; u < t; ++u, ++h) own[h] = root[t * visits_ + u] / root[t * visits_ + t];
    }
  }
}

/// Inverse root and inverse of the covariance of the pattern's visits, zero elsewhere, and the sums over visits.
bool RestrictedLikelihood::invert(std::size_t pattern) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  PatternState& state = states_[pattern];
  const int n = static_cast<int>(seen.visits.size()), stride = visits_ + 1;
  double* a = state.root.data();
  double product = 1;  // of the root's diagonal; one logarithm serves for all visits
  if (state.prefix) {
    const double* inverse = root_inverse_.data() + seen.group * size_;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j <= i; ++j) a[i * n + j] = inverse[i * visits_ + j];
      product /= a[i * n + i];
    }
  } else {
    const double* sigma = sigma_.data() + seen.group * size_;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j <= i; ++j) a[i * n + j] = sigma[seen.visits[i] * visits_ + seen.visits[j]];
    }
    if (!factorise(a, n)) return false;
    for (int i = 0; i < n; ++i) product *= a[i * n + i];
    invert_lower(a, n);
  }
  double log_root = log_of_any(product);
  if (!std::isfinite(log_root)) {
    log_root = 0;  // the product left the range of a double
    for (int i = 0; i < n; ++i) log_root -= log_of_any(a[i * n + i]);
  }
  log_determinants_[pattern] = 2 * log_root;

  double* inverse = state.inverse.data();
  double* sums = inverse + visits_ * stride;
  std::fill(sums, sums + stride, 0.0);
  for (int i = 0; i < n; ++i) {
    const int t = seen.visits[i];
    for (int j = 0; j <= i; ++j) {
      double sum = 0;
      for (int k = i; k < n; ++k) sum += a[k * n + i] * a[k * n + j];
      const int u = seen.visits[j];
      inverse[t * stride + u] = inverse[u * stride + t] = sum;
      sums[t] += sum;
      if (t != u) sums[u] += sum;
    }
  }
  double total = 0;
  for (const int t : seen.visits) {
    inverse[t * stride + visits_] = sums[t];
    total += sums[t];
  }
  sums[visits_] = total;
  return std::isfinite(total);
}

/// B = L_p^-1 (rows of R), and V^-1 R = L_p^-T B with its sums.
void RestrictedLikelihood::bridge(std::size_t pattern) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  PatternState& state = states_[pattern];
  const int n = static_cast<int>(seen.visits.size()), all = visits_;
  const double* root = root_.data() + seen.group * size_;
  double* b = state.bridge.data();
  for (int i = 0; i < n; ++i) {
    for (int t = 0; t < state.reach; ++t) {
      if (state.prefix) {
        b[i * all + t] = i == t ? 1 : 0;
        continue;
      }
      double sum = 0;
      for (int k = 0; k <= i; ++k) sum += state.root[i * n + k] * root[seen.visits[k] * all + t];
      b[i * all + t] = sum;
    }
  }
  double* weights = state.weights.data();
  double* sums = weights + all * all;
  std::fill(sums, sums + all, 0.0);
  for (int i = 0; i < n; ++i) {
    double* row = weights + seen.visits[i] * all;
    std::fill(row, row + state.reach, 0.0);
    for (int k = i; k < n; ++k) {
      for (int t = 0; t < state.reach; ++t) row[t] += state.root[k * n + i] * b[k * all + t];
    }
    for (int t = 0; t < state.reach; ++t) sums[t] += row[t];
  }
}

void RestrictedLikelihood::whiten_products(const PatternState& state, const std::vector<double>& products, int n,
                                           double* result) const {
  std::copy(products.begin(), products.end(), result);
  congruence(state.root.data(), result, result + n * n, n);
}

/// Everything that follows from the roots of the covariance matrices.
bool RestrictedLikelihood::solve() {
  std::copy(root_.begin(), root_.end(), root_inverse_.begin());
  for (int g = 0; g < groups_; ++g) invert_lower(root_inverse_.data() + g * size_, visits_);
  double log_determinant = 0;
  for (std::size_t p = 0; p < states_.size(); ++p) {
    const int patients = data_->patterns()[p].patients;
    if (patients == 0) continue;
    if (!invert(p)) return false;
    log_determinant += patients * log_determinants_[p];
  }

  const int p = columns(), width = data_->width(), stride = visits_ + 1;
  information_.setZero(p, p);
  right_hand_side_.setZero(p);
  double squares = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& pattern = data_->patterns()[i];
    if (pattern.patients == 0) continue;
    add_pattern(i, states_[i].inverse.data(), 1, information_);
    const double* inverse = states_[i].inverse.data();
    for (int j = 0; j < p; ++j) {
      const double* weight = inverse + columns_[j].visit * stride;
      const double* cross = pattern.gram.data() + columns_[j].term * width + terms_;
      double sum = 0;
      for (const int t : pattern.visits) sum += weight[t] * cross[t];
      right_hand_side_[j] += sum;
    }
    for (const int t : pattern.visits) {
      const double* outcome = pattern.gram.data() + (terms_ + t) * width + terms_;
      for (const int u : pattern.visits) squares += inverse[t * stride + u] * outcome[u];
    }
  }
  information_.triangularView<Eigen::StrictlyLower>() = information_.transpose();
  factor_.compute(information_);
  if (factor_.info() != Eigen::Success) return false;
  const auto& root = factor_.matrixLLT();
  double log_root = 0;
  for (int j = 0; j < p; ++j) log_root += log_of_any(root(j, j));
  coefficients_ = right_hand_side_;
  factor_.matrixL().solveInPlace(coefficients_);
  const double explained = coefficients_.squaredNorm();
  factor_.matrixU().solveInPlace(coefficients_);
  value_ = (data_->observations() - p) * log_of_any(2 * std::numbers::pi) + log_determinant + 2 * log_root + squares -
           explained;
  return std::isfinite(value_);
}

/// Upper triangle of result += factor * X' (matrix on each patient of the pattern) X; the matrix is extended by its
/// sums.
void RestrictedLikelihood::add_pattern(std::size_t pattern, const double* matrix, double factor,
                                       Eigen::MatrixXd& result) const {
  const int p = columns(), width = data_->width(), stride = visits_ + 1;
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  for (int j = 0; j < p; ++j) {
    const int visit = columns_[j].visit;
    if (visit < visits_ && !(seen.observed >> visit & 1)) continue;
    const double* weight = matrix + visit * stride;
    const double* terms = seen.gram.data() + columns_[j].term * width;
    double* column = result.data() + static_cast<Eigen::Index>(j) * p;
    for (int i = 0; i <= j; ++i) column[i] += factor * weight[columns_[i].visit] * terms[columns_[i].term];
  }
}

/// Products of residuals, their expected loss by fitting, and the terms' scores, all summed over the pattern's
/// patients.
void RestrictedLikelihood::residuals(std::size_t pattern) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  PatternState& state = states_[pattern];
  const int width = data_->width(), stride = visits_ + 1, p = columns();
  for (int a = 0; a < terms_; ++a) {
    const double* row = seen.gram.data() + a * width;
    for (const int t : seen.visits) {
      double sum = row[terms_ + t];
      for (int b = 0; b < terms_; ++b) sum -= row[b] * by_visit_[b * visits_ + t];
      state.score[a * visits_ + t] = sum;
    }
  }
  double* loss = scratch_.data();
  std::fill(loss, loss + stride * stride, 0.0);
  for (int j = 0; j < p; ++j) {
    const int visit = columns_[j].visit;
    if (visit < visits_ && !(seen.observed >> visit & 1)) continue;
    const double* terms = seen.gram.data() + columns_[j].term * width;
    const double* covariance = inverse_.data() + static_cast<Eigen::Index>(j) * p;
    double* row = loss + visit * stride;
    for (int i = 0; i < p; ++i) row[columns_[i].visit] += terms[columns_[i].term] * covariance[i];
  }
  const int n = static_cast<int>(seen.visits.size());
  for (int i = 0; i < n; ++i) {
    const int t = seen.visits[i];
    for (int j = 0; j <= i; ++j) {
      const int u = seen.visits[j];
      double sum = seen.gram[(terms_ + t) * width + terms_ + u];
      for (int a = 0; a < terms_; ++a) {
        sum -= seen.gram[a * width + terms_ + t] * by_visit_[a * visits_ + u];
        sum -= by_visit_[a * visits_ + t] * state.score[a * visits_ + u];
      }
      const double lost = loss[t * stride + u] + loss[t * stride + visits_] + loss[visits_ * stride + u] +
                          loss[visits_ * stride + visits_];
      state.loss[i * n + j] = state.loss[j * n + i] = lost;
      state.products[i * n + j] = state.products[j * n + i] = sum + lost;
    }
  }
}

const Eigen::VectorXd& RestrictedLikelihood::gradient() {
  const int p = columns(), k = family_.parameters();
  inverse_.setIdentity(p, p);
  factor_.matrixL().solveInPlace(inverse_);
  factor_.matrixU().solveInPlace(inverse_);
  std::fill(by_visit_.begin(), by_visit_.end(), 0.0);
  for (int j = 0; j < p; ++j) {
    const int first = columns_[j].visit == visits_ ? 0 : columns_[j].visit;
    const int last = columns_[j].visit == visits_ ? visits_ - 1 : first;
    for (int t = first; t <= last; ++t) by_visit_[columns_[j].term * visits_ + t] += coefficients_[j];
  }

  // d(-2 log L) / dE = sum over patterns of B' (n I - S) B, S the whitened residual products plus loss.
  std::fill(slope_.begin(), slope_.end(), 0.0);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    PatternState& state = states_[i];
    const int n = static_cast<int>(seen.visits.size());
    bridge(i);
    residuals(i);
    whiten_products(state, state.products, n, scratch_.data());
    std::copy(scratch_.begin(), scratch_.begin() + n * n, state.whitened.begin());
    double* slope = slope_.data() + seen.group * size_;
    double* half = scratch_.data();
    for (int r = 0; r < n; ++r) {
      std::fill(half, half + state.reach, 0.0);
      for (int c = 0; c < n; ++c) {
        const double value = (r == c ? seen.patients : 0) - state.whitened[r * n + c];
        for (int t = 0; t < state.reach; ++t) half[t] += value * state.bridge[c * visits_ + t];
      }
      for (int t = 0; t < state.reach; ++t) {
        const double factor = state.bridge[r * visits_ + t];
        if (factor == 0) continue;
        for (int u = 0; u < state.reach; ++u) slope[t * visits_ + u] += factor * half[u];
      }
    }
  }

  gradient_.resize(parameters());
  if (is_unstructured()) {
    for (int h = 0; h < parameters(); ++h) {
      const int e = entry_of_[h] % entries_;
      gradient_[h] = 2 * slope_[h / entries_ * size_ + static_cast<std::size_t>(row_of_[e]) * visits_ + column_of_[e]];
    }
    return gradient_;
  }
  differentiate();
  for (int h = 0; h < parameters(); ++h) {
    double sum = 0;
    const double* slope = slope_.data() + h / k * size_;
    const double* whitened = whitened_derivatives_.data() + h * size_;
    for (std::size_t e = 0; e < size_; ++e) sum += slope[e] * whitened[e];
    gradient_[h] = sum;
  }
  return gradient_;
}

/// Derivatives of Sigma and of E by theta.
void RestrictedLikelihood::differentiate() {
  const int k = family_.parameters();
  jacobian_.setZero(groups_ * entries_, parameters());
  for (int g = 0; g < groups_; ++g) {
    const std::span<double> derivatives = std::span(derivatives_).subspan(g * k * size_, k * size_);
    family_.first_derivatives(std::span(theta_).subspan(g * k, k), derivatives);
    for (int h = 0; h < k; ++h) {
      double* whitened = whitened_derivatives_.data() + (static_cast<std::size_t>(g) * k + h) * size_;
      std::copy(derivatives.begin() + h * size_, derivatives.begin() + (h + 1) * size_, whitened);
      congruence(root_inverse_.data() + g * size_, whitened, scratch_.data(), visits_);
      for (int e = 0; e < entries_; ++e) {
        jacobian_(g * entries_ + e, g * k + h) = whitened[row_of_[e] * visits_ + column_of_[e]];
      }
    }
  }
}

void RestrictedLikelihood::residual_products(std::span<double> products, std::span<double> pairs) const {
  std::fill(products.begin(), products.end(), 0.0);
  std::fill(pairs.begin(), pairs.end(), 0.0);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const int n = static_cast<int>(seen.visits.size());
    for (int r = 0; r < n; ++r) {
      for (int c = 0; c < n; ++c) {
        const std::size_t place =
            seen.group * size_ + static_cast<std::size_t>(seen.visits[r]) * visits_ + seen.visits[c];
        products[place] += states_[i].products[r * n + c] - states_[i].loss[r * n + c];
        pairs[place] += seen.patients;
      }
    }
  }
}

}  // namespace vcohort::analysis
