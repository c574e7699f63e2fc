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
  sigma_.resize(groups_ * size_);
  derivatives_.resize(parameters() * size_);
  states_.resize(data.patterns().size());
  for (PatternState& state : states_) {
    const std::size_t extended = static_cast<std::size_t>(visits_ + 1) * (visits_ + 1);
    state.inverse.assign(extended, 0.0);
    state.products.assign(size_, 0.0);
    state.loss.assign(size_, 0.0);
    state.score.assign(static_cast<std::size_t>(terms_) * visits_, 0.0);
  }
  scratch_.resize(6 * static_cast<std::size_t>(visits_ + 1) * (visits_ + 1));
  by_visit_.resize(static_cast<std::size_t>(terms_) * visits_);
  gradient_entries_.resize(groups_ * size_);
  log_determinants_.resize(states_.size());
}

/// Inverse covariance of the pattern's visits, zero elsewhere, and its sums over visits.
bool RestrictedLikelihood::invert(std::size_t pattern) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  const int n = static_cast<int>(seen.visits.size()), stride = visits_ + 1;
  const double* sigma = sigma_.data() + seen.group * size_;
  double* a = scratch_.data();
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) a[i * n + j] = sigma[seen.visits[i] * visits_ + seen.visits[j]];
  }
  if (!factorise(a, n)) return false;
  double product = 1;
  for (int i = 0; i < n; ++i) product *= a[i * n + i];
  // One logarithm serves for all visits unless the product leaves the range of a double.
  double log_root = std::log(product);
  if (!std::isfinite(log_root)) {
    log_root = 0;
    for (int i = 0; i < n; ++i) log_root += std::log(a[i * n + i]);
  }
  log_determinants_[pattern] = 2 * log_root;
  invert_lower(a, n);

  double* inverse = states_[pattern].inverse.data();
  for (int t = 0; t < stride; ++t) inverse[visits_ * stride + t] = 0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = 0;
      for (int k = i; k < n; ++k) sum += a[k * n + i] * a[k * n + j];
      inverse[seen.visits[i] * stride + seen.visits[j]] = inverse[seen.visits[j] * stride + seen.visits[i]] = sum;
    }
  }
  double total = 0;
  for (const int t : seen.visits) {
    double sum = 0;
    for (const int u : seen.visits) sum += inverse[t * stride + u];
    inverse[t * stride + visits_] = inverse[visits_ * stride + t] = sum;
    total += sum;
  }
  inverse[visits_ * stride + visits_] = total;
  return std::isfinite(total);
}

bool RestrictedLikelihood::evaluate(std::span<const double> theta) {
  std::copy(theta.begin(), theta.end(), theta_.begin());
  const int k = family_.parameters();
  for (int g = 0; g < groups_; ++g) {
    family_.matrix(std::span(theta_).subspan(g * k, k), std::span(sigma_).subspan(g * size_, size_));
  }
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
  for (int j = 0; j < p; ++j) log_root += std::log(root(j, j));
  coefficients_ = right_hand_side_;
  factor_.matrixL().solveInPlace(coefficients_);
  const double explained = coefficients_.squaredNorm();
  factor_.matrixU().solveInPlace(coefficients_);
  value_ = (data_->observations() - p) * std::log(2 * std::numbers::pi) + log_determinant + 2 * log_root + squares - explained;
  return std::isfinite(value_);
}

/// Upper triangle of result += factor * X' (matrix on each patient of the pattern) X; the matrix is extended by its sums.
void RestrictedLikelihood::add_pattern(std::size_t pattern, const double* matrix, double factor, Eigen::MatrixXd& result) const {
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

/// Products of residuals, their expected loss by fitting, and the terms' scores, all summed over the pattern's patients.
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
  for (const int t : seen.visits) {
    for (const int u : seen.visits) {
      double sum = seen.gram[(terms_ + t) * width + terms_ + u];
      for (int a = 0; a < terms_; ++a) {
        sum -= seen.gram[a * width + terms_ + t] * by_visit_[a * visits_ + u];
        sum -= by_visit_[a * visits_ + t] * state.score[a * visits_ + u];
      }
      const double lost = loss[t * stride + u] + loss[t * stride + visits_] + loss[visits_ * stride + u] +
                          loss[visits_ * stride + visits_];
      state.loss[t * visits_ + u] = lost;
      state.products[t * visits_ + u] = sum + lost;
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

  // d(-2 log L) / d Sigma = sum over patterns of n W - W S W, W the inverse covariance, S the residual products plus loss.
  std::fill(gradient_entries_.begin(), gradient_entries_.end(), 0.0);
  const int stride = visits_ + 1;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    residuals(i);
    const double* inverse = states_[i].inverse.data();
    const double* products = states_[i].products.data();
    double* half = scratch_.data();  // W S
    double* slope = gradient_entries_.data() + seen.group * size_;
    for (const int t : seen.visits) {
      for (const int u : seen.visits) {
        double sum = 0;
        for (const int v : seen.visits) sum += inverse[t * stride + v] * products[v * visits_ + u];
        half[t * visits_ + u] = sum;
      }
    }
    for (const int t : seen.visits) {
      for (const int u : seen.visits) {
        double sum = 0;
        for (const int v : seen.visits) sum += half[t * visits_ + v] * inverse[v * stride + u];
        slope[t * visits_ + u] += seen.patients * inverse[t * stride + u] - sum;
      }
    }
  }

  jacobian_.setZero(groups_ * entries_, parameters());
  gradient_.setZero(parameters());
  for (int g = 0; g < groups_; ++g) {
    const std::span<double> derivatives = std::span(derivatives_).subspan(g * k * size_, k * size_);
    family_.first_derivatives(std::span(theta_).subspan(g * k, k), derivatives);
    for (int h = 0; h < k; ++h) {
      double sum = 0;
      for (int e = 0; e < entries_; ++e) {
        const std::size_t place = static_cast<std::size_t>(row_of_[e]) * visits_ + column_of_[e];
        const double value = derivatives[h * size_ + place];
        jacobian_(g * entries_ + e, g * k + h) = value;
        sum += (row_of_[e] == column_of_[e] ? 1 : 2) * value * gradient_entries_[g * size_ + place];
      }
      gradient_[g * k + h] = sum;
    }
  }
  return gradient_;
}

void RestrictedLikelihood::residual_products(std::span<double> products, std::span<double> pairs) const {
  std::fill(products.begin(), products.end(), 0.0);
  std::fill(pairs.begin(), pairs.end(), 0.0);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    for (const int t : seen.visits) {
      for (const int u : seen.visits) {
        const std::size_t place = static_cast<std::size_t>(t) * visits_ + u;
        products[seen.group * size_ + place] += states_[i].products[place] - states_[i].loss[place];
        pairs[seen.group * size_ + t * visits_ + u] += seen.patients;
      }
    }
  }
}

}  // namespace vcohort::analysis
