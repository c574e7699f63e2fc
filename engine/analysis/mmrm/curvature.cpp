#include <algorithm>
#include <numbers>

#include "engine/analysis/mmrm/dense.hpp"
#include "engine/analysis/mmrm/likelihood.hpp"

/// The second derivatives of the restricted likelihood, and the matrix sums of the Kenward-Roger adjustment. For two
/// directions D and F of the whitened Sigma, a pattern of n patients with bridge B, O = B' B, whitened residual
/// products plus loss S and loss M, A = X' V^-1 X with derivative A_D, and s_D = X' V^-1 V_D V^-1 r the derivative of
/// the coefficients' score:
///
///   d2(-2 log L)[D, F] = sum tr(D O F B'(2 S - n I) B) - tr(A^-1 A_D A^-1 A_F) - 2 s_D' A^-1 s_F
///   its expectation    = sum tr(D O F B'(n I - 2 M) B) + tr(A^-1 A_D A^-1 A_F)
namespace vcohort::analysis {

/// Adds sum tr(D O F Q) for every pair of entries (D, F), where Q is what the kind of curvature asks for.
void RestrictedLikelihood::add_first_term(std::size_t pattern, Curvature kind) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  const PatternState& state = states_[pattern];
  const int n = static_cast<int>(seen.visits.size()), reach = state.reach;
  double* o = scratch_.data();
  double* q = o + reach * reach;
  double* half = q + reach * reach;
  double* middle = half + reach;

  // What the design takes from log|X' V^-1 X|: exact for complete data with a saturated design, else a good guess.
  const double share = seen.patients * static_cast<double>(columns()) / data_->observations();
  double of_identity = 0, of_products = 0;
  switch (kind) {
    case Curvature::approximate:
      of_identity = -(seen.patients + share), of_products = 2;
      break;
    case Curvature::scoring:
      of_identity = seen.patients - std::min(share, 0.5 * seen.patients), of_products = 0;
      break;
    case Curvature::observed:
      of_identity = -seen.patients, of_products = 2;
      break;
    case Curvature::expected:
      of_identity = seen.patients, of_products = -2;
      break;
  }
  if (kind == Curvature::expected) {
    whiten_products(state, state.loss, n, middle);
  } else {
    std::copy(state.whitened.begin(), state.whitened.end(), middle);
  }
  for (int i = 0; i < n * n; ++i) middle[i] *= of_products;
  for (int i = 0; i < n; ++i) middle[i * n + i] += of_identity;

  std::fill(o, o + 2 * reach * reach, 0.0);
  for (int r = 0; r < n; ++r) {
    const double* row = state.bridge.data() + r * visits_;
    std::fill(half, half + reach, 0.0);
    for (int c = 0; c < n; ++c) {
      for (int t = 0; t < reach; ++t) half[t] += middle[r * n + c] * state.bridge[c * visits_ + t];
    }
    for (int t = 0; t < reach; ++t) {
      if (row[t] == 0) continue;
      for (int u = 0; u < reach; ++u) o[t * reach + u] += row[t] * row[u], q[t * reach + u] += row[t] * half[u];
    }
  }

  const int first = seen.group * entries_;
  for (int a = 0; a < reach; ++a) {
    for (int b = 0; b <= a; ++b) {
      const double outer = a == b ? 0.5 : 1;  // a diagonal entry is one matrix element, another entry is two
      const int entry = first + a * (a + 1) / 2 + b;
      double* column = entry_curvature_.data() + static_cast<Eigen::Index>(entry) * entry_curvature_.rows() + first;
      const double *oa = o + a * reach, *ob = o + b * reach, *qa = q + a * reach, *qb = q + b * reach;
      for (int c = 0; c <= a; ++c) {
        const int last = c == a ? b : c;  // the upper triangle
        const double oac = outer * oa[c], obc = outer * ob[c], qac = outer * qa[c], qbc = outer * qb[c];
        double* target = column + c * (c + 1) / 2;
        for (int d = 0; d <= last; ++d) target[d] += obc * qa[d] + ob[d] * qac + oac * qb[d] + oa[d] * qbc;
        if (last == c) target[c] -= 0.5 * (obc * qa[c] + ob[c] * qac + oac * qb[c] + oa[c] * qbc);
      }
    }
  }
}

/// Subtracts 2 s_D' A^-1 s_F.
void RestrictedLikelihood::add_score_term() {
  const int p = columns();
  scores_.setZero(groups_ * entries_, p);
  double* weighted = scratch_.data();  // terms x T: sum over patients of term * residual' V^-1 R
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const PatternState& state = states_[i];
    for (int a = 0; a < terms_; ++a) {
      double* row = weighted + a * visits_;
      std::fill(row, row + state.reach, 0.0);
      for (const int t : seen.visits) {
        const double score = state.score[a * visits_ + t];
        for (int u = 0; u < state.reach; ++u) row[u] += score * state.weights[t * visits_ + u];
      }
    }
    for (int j = 0; j < p; ++j) {
      const int visit = columns_[j].visit;
      if (visit < visits_ && !(seen.observed >> visit & 1)) continue;
      const double* weight = state.weights.data() + visit * visits_;
      const double* own = weighted + columns_[j].term * visits_;
      double* target = scores_.data() + static_cast<Eigen::Index>(j) * scores_.rows() + seen.group * entries_;
      for (int t = 0; t < state.reach; ++t, target += t) {
        for (int u = 0; u < t; ++u) target[u] += own[t] * weight[u] + own[u] * weight[t];
        target[t] += own[t] * weight[t];
      }
    }
  }
  factor_.matrixU().solveInPlace<Eigen::OnTheRight>(scores_);
  entry_curvature_.selfadjointView<Eigen::Upper>().rankUpdate(scores_, -2);
}

const Eigen::MatrixXd& RestrictedLikelihood::curvature(Curvature kind) {
  const int all = groups_ * entries_, k = family_.parameters();
  entry_curvature_.setZero(all, all);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (data_->patterns()[i].patients > 0) add_first_term(i, kind);
  }
  if (kind == Curvature::approximate || kind == Curvature::observed) add_score_term();
  const bool exact = kind == Curvature::observed || kind == Curvature::expected;
  const double sign = kind == Curvature::observed ? -1 : 1;
  if (exact && is_unstructured()) {
    entry_curvature_.selfadjointView<Eigen::Upper>().rankUpdate(half_.transpose(), sign);
    entry_curvature_.triangularView<Eigen::StrictlyLower>() = entry_curvature_.transpose();
    return entry_curvature_;
  }
  const bool curved = kind == Curvature::approximate || kind == Curvature::observed;
  if (is_unstructured()) {
    curvature_.resize(all, all);
    for (int j = 0; j < all; ++j) {
      const int f = entry_of_[j];
      for (int h = 0; h < all; ++h) {
        const int e = entry_of_[h];
        // A log standard deviation moves its diagonal entry twice as fast.
        const double factor = (h % entries_ < visits_ ? 2 : 1) * (j % entries_ < visits_ ? 2 : 1);
        curvature_(h, j) = factor * (e < f ? entry_curvature_(e, f) : entry_curvature_(f, e));
      }
    }
  } else {
    product_.noalias() = entry_curvature_.selfadjointView<Eigen::Upper>() * jacobian_;
    curvature_.noalias() = jacobian_.transpose() * product_;
    if (exact) curvature_.noalias() += sign * (half_.transpose() * half_);
  }
  if (!curved) return curvature_;

  // Sigma is not linear in the coordinates: the slope by Sigma meets the second derivatives.
  for (int g = 0; g < groups_; ++g) {
    const double* whitened = slope_.data() + g * size_;
    const std::size_t corner = static_cast<std::size_t>(g) * k * parameters() + static_cast<std::size_t>(g) * k;
    const std::span<double> block(curvature_.data() + corner, curvature_.size() - corner);
    if (is_unstructured()) {
      family_.add_weighted_second_derivatives(zero_, std::span(whitened, size_), block, parameters());
      continue;
    }
    double* slope = scratch_.data();  // R^-T (d/dE) R^-1
    double* half = slope + size_;
    const double* inverse = root_inverse_.data() + g * size_;
    std::fill(slope, slope + 2 * size_, 0.0);
    for (int t = 0; t < visits_; ++t) {
      for (int v = 0; v < visits_; ++v) {
        for (int u = 0; u <= v; ++u) half[t * visits_ + u] += whitened[t * visits_ + v] * inverse[v * visits_ + u];
      }
    }
    for (int v = 0; v < visits_; ++v) {
      for (int t = 0; t <= v; ++t) {
        for (int u = 0; u < visits_; ++u) slope[t * visits_ + u] += inverse[v * visits_ + t] * half[v * visits_ + u];
      }
    }
    family_.add_weighted_second_derivatives(std::span(theta_).subspan(g * k, k), std::span(slope, size_), block,
                                            parameters());
  }
  return curvature_;
}

void RestrictedLikelihood::prepare_exact() {
  const int p = columns(), k = family_.parameters(), stride = visits_ + 1;
  const int within = is_unstructured() ? entries_ : k, directions = groups_ * within;
  // pairs_(d, ij) = - d A_ij / d direction d: the direction runs fastest, so that a pair of columns costs one vector
  // operation.
  pairs_.setZero(directions, p * (p + 1) / 2);
  outer_.resize(within, stride * stride);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const PatternState& state = states_[i];
    for (int t = 0; t < stride; ++t) {
      if (t < visits_ && !(seen.observed >> t & 1)) continue;
      const double* left = state.weights.data() + t * visits_;
      for (int u = 0; u <= t; ++u) {
        if (u < visits_ && !(seen.observed >> u & 1)) continue;
        const double* right = state.weights.data() + u * visits_;
        double* outer = is_unstructured() ? outer_.col(t * stride + u).data() : scratch_.data();
        for (int a = 0, e = 0; a < visits_; ++a) {
          for (int b = 0; b < a; ++b, ++e) outer[e] = left[a] * right[b] + left[b] * right[a];
          outer[e++] = left[a] * right[a];
        }
        if (!is_unstructured()) {
          const Eigen::Map<const Eigen::VectorXd> entries(outer, entries_);
          outer_.col(t * stride + u).noalias() =
              jacobian_.block(seen.group * entries_, seen.group * k, entries_, k).transpose() * entries;
        }
        if (t != u) outer_.col(u * stride + t) = outer_.col(t * stride + u);
      }
    }
    const int width = data_->width();
    for (int j = 0, pair = 0; j < p; ++j) {
      const DesignColumn& a = columns_[j];
      if (a.visit < visits_ && !(seen.observed >> a.visit & 1)) {
        pair += j + 1;
        continue;
      }
      for (int c = 0; c <= j; ++c, ++pair) {
        const DesignColumn& b = columns_[c];
        if (b.visit < visits_ && !(seen.observed >> b.visit & 1)) continue;
        const double weight = seen.gram[a.term * width + b.term];
        if (weight == 0) continue;
        const double* source = outer_.data() + static_cast<Eigen::Index>(a.visit * stride + b.visit) * within;
        double* target = pairs_.data() + static_cast<Eigen::Index>(pair) * directions + seen.group * within;
        for (int d = 0; d < within; ++d) target[d] += weight * source[d];
      }
    }
  }
  stack_.resize(p, static_cast<Eigen::Index>(p) * directions);
  for (int j = 0, pair = 0; j < p; ++j) {
    for (int c = 0; c <= j; ++c, ++pair) {
      const double* source = pairs_.data() + static_cast<Eigen::Index>(pair) * directions;
      double *upper = stack_.data() + j * p + c, *lower = stack_.data() + c * p + j;
      for (int d = 0; d < directions; ++d, upper += p * p, lower += p * p) *upper = *lower = -source[d];
    }
  }
  factor_.matrixL().solveInPlace(stack_);
  for (int d = 0; d < directions; ++d) {
    stack_.middleCols(static_cast<Eigen::Index>(d) * p, p).transposeInPlace();
  }
  factor_.matrixL().solveInPlace(stack_);
  whitened_ = Eigen::Map<const Eigen::MatrixXd>(stack_.data(), static_cast<Eigen::Index>(p) * p, directions);
  // tr(G G') from the triangle, with the elements off the diagonal counted twice.
  half_.resize(p * (p + 1) / 2, directions);
  for (int d = 0; d < directions; ++d) {
    const double* source = whitened_.col(d).data();
    double* target = half_.col(d).data();
    for (int j = 0; j < p; ++j, source += p) {
      for (int c = 0; c < j; ++c) *target++ = std::numbers::sqrt2 * source[c];
      *target++ = source[j];
    }
  }
}

Eigen::MatrixXd RestrictedLikelihood::theta_covariance(const Eigen::LLT<Eigen::MatrixXd>& curvature) {
  const Eigen::Index n = curvature.rows();
  const Eigen::MatrixXd own = 2 * curvature.solve(Eigen::MatrixXd::Identity(n, n));
  if (!is_unstructured()) return own;
  theta(theta_);
  differentiate();  // dE = J dtheta
  const Eigen::PartialPivLU<Eigen::MatrixXd> jacobian(jacobian_);
  const Eigen::MatrixXd half = jacobian.solve(own);
  return jacobian.solve(half.transpose());
}

void RestrictedLikelihood::whiten(Eigen::VectorXd& weights) const {
  factor_.matrixL().solveInPlace(weights);
}

/// Upper triangle of result += factor * X' V^-1 R N R' V^-1 X over the pattern's patients, N whitened.
void RestrictedLikelihood::add_whitened_sandwich(std::size_t pattern, const double* whitened, double factor,
                                                 Eigen::MatrixXd& result) {
  using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const int n = visits_;
  const Eigen::Map<const Square> weights(states_[pattern].weights.data(), n + 1, n), inner(whitened, n, n);
  const Square extended = weights * inner * weights.transpose();
  add_pattern(pattern, extended.data(), factor, result);
}

void RestrictedLikelihood::add_first_order_products(const Eigen::MatrixXd& w, Eigen::MatrixXd& result) {
  const int k = family_.parameters(), n = visits_;
  std::vector<double> mixed(size_), product(size_), sum(size_), metric(size_);
  single_.setZero(columns(), columns());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const double* derivatives = whitened_derivatives_.data() + static_cast<std::size_t>(seen.group) * k * size_;
    std::fill(metric.begin(), metric.end(), 0.0);  // B' B
    for (std::size_t r = 0; r < seen.visits.size(); ++r) {
      const double* row = states_[i].bridge.data() + r * n;
      for (int t = 0; t < n; ++t) {
        for (int u = 0; u < n; ++u) metric[t * n + u] += row[t] * row[u];
      }
    }
    std::fill(sum.begin(), sum.end(), 0.0);
    for (int j = 0; j < k; ++j) {
      std::fill(mixed.begin(), mixed.end(), 0.0);
      for (int h = 0; h < k; ++h) {
        const double weight = w(seen.group * k + h, seen.group * k + j);
        for (std::size_t e = 0; e < size_; ++e) mixed[e] += weight * derivatives[h * size_ + e];
      }
      multiply(mixed.data(), metric.data(), product.data(), n);
      multiply(product.data(), derivatives + j * size_, mixed.data(), n);
      for (std::size_t e = 0; e < size_; ++e) sum[e] += mixed[e];
    }
    add_whitened_sandwich(i, sum.data(), 1, single_);
  }
  single_.triangularView<Eigen::StrictlyLower>() = single_.transpose();
  result += single_;
}

void RestrictedLikelihood::add_sandwich(std::span<const double> matrix, double factor, Eigen::MatrixXd& result) {
  std::vector<double> whitened(matrix.begin(), matrix.end()), scratch(size_);
  for (int g = 0; g < groups_; ++g) {
    congruence(root_inverse_.data() + g * size_, whitened.data() + g * size_, scratch.data(), visits_);
  }
  single_.setZero(columns(), columns());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients > 0) add_whitened_sandwich(i, whitened.data() + seen.group * size_, factor, single_);
  }
  single_.triangularView<Eigen::StrictlyLower>() = single_.transpose();
  result += single_;
}

}  // namespace vcohort::analysis
