#include <algorithm>

#include "engine/analysis/mmrm/dense.hpp"
#include "engine/analysis/mmrm/likelihood.hpp"

/// The second derivatives of the restricted likelihood, and the matrix sums of the Kenward-Roger adjustment. With W the inverse
/// covariance of a pattern, n its patients, S its residual products plus loss M, D and E two directions of Sigma,
/// A = X' V^-1 X, A_D its derivative, and s_D = X' V^-1 V_D V^-1 r the derivative of the score of the coefficients:
///
///   d2(-2 log L)[D, E] = sum tr(D W E (2 W S W - n W)) - tr(A^-1 A_D A^-1 A_E) - 2 s_D' A^-1 s_E
///   its expectation    = sum tr(D W E (n W - 2 W M W)) + tr(A^-1 A_D A^-1 A_E)
namespace vcohort::analysis {

/// Adds sum tr(D W E Q) for every pair of entries (D, E) of Sigma, where Q is what the kind of curvature asks for.
void RestrictedLikelihood::add_first_term(std::size_t pattern, Curvature kind) {
  const RepeatedMeasures::Pattern& seen = data_->patterns()[pattern];
  const PatternState& state = states_[pattern];
  const int n = static_cast<int>(seen.visits.size()), stride = visits_ + 1;
  double* w = scratch_.data();
  double* s = w + n * n;
  double* half = s + n * n;
  double* q = half + n * n;
  const std::vector<double>& middle = kind == Curvature::expected ? state.loss : state.products;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      w[i * n + j] = state.inverse[seen.visits[i] * stride + seen.visits[j]];
      s[i * n + j] = middle[seen.visits[i] * visits_ + seen.visits[j]];
    }
  }
  // What the design takes from log|X' V^-1 X|: exact for complete data with a saturated design, else a good guess.
  const double share = seen.patients * static_cast<double>(columns()) / data_->observations();
  double of_inverse = 0, of_products = 0;
  switch (kind) {
    case Curvature::approximate: of_inverse = -(seen.patients + share), of_products = 2; break;
    case Curvature::scoring: of_inverse = seen.patients - std::min(share, 0.5 * seen.patients), of_products = 0; break;
    case Curvature::observed: of_inverse = -seen.patients, of_products = 2; break;
    case Curvature::expected: of_inverse = seen.patients, of_products = -2; break;
  }
  if (of_products != 0) {
    multiply(w, s, half, n);
    multiply(half, w, q, n);
    for (int i = 0; i < n * n; ++i) q[i] = of_products * q[i] + of_inverse * w[i];
  } else {
    for (int i = 0; i < n * n; ++i) q[i] = of_inverse * w[i];
  }

  const int first = seen.group * entries_;
  for (int a = 0; a < n; ++a) {
    for (int b = 0; b <= a; ++b) {
      const double outer = a == b ? 0.5 : 1;  // a diagonal entry of Sigma is one matrix element, another entry is two
      const int entry = first + seen.visits[a] * (seen.visits[a] + 1) / 2 + seen.visits[b];
      double* column = entry_curvature_.data() + static_cast<Eigen::Index>(entry) * entry_curvature_.rows() + first;
      const double *wa = w + a * n, *wb = w + b * n, *qa = q + a * n, *qb = q + b * n;
      for (int c = 0; c <= a; ++c) {
        const int base = seen.visits[c] * (seen.visits[c] + 1) / 2;
        for (int d = 0; d <= (c == a ? b : c); ++d) {  // the upper triangle
          const double inner = c == d ? 0.5 * outer : outer;
          column[base + seen.visits[d]] += inner * (wb[c] * qa[d] + wb[d] * qa[c] + wa[c] * qb[d] + wa[d] * qb[c]);
        }
      }
    }
  }
}

/// Subtracts 2 s_D' A^-1 s_E.
void RestrictedLikelihood::add_score_term() {
  const int p = columns(), stride = visits_ + 1;
  scores_.setZero(p, groups_ * entries_);
  double* weighted = scratch_.data();  // one term: sum over patients of term * residual' W
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const double* inverse = states_[i].inverse.data();
    for (int a = 0; a < terms_; ++a) {
      const double* score = states_[i].score.data() + a * visits_;
      for (const int t : seen.visits) {
        double sum = 0;
        for (const int u : seen.visits) sum += score[u] * inverse[t * stride + u];
        weighted[t] = sum;
      }
      for (int j = 0; j < p; ++j) {
        const int visit = columns_[j].visit;
        if (columns_[j].term != a || (visit < visits_ && !(seen.observed >> visit & 1))) continue;
        const double* weight = inverse + visit * stride;
        for (const int t : seen.visits) {
          const int base = seen.group * entries_ + t * (t + 1) / 2;
          for (const int u : seen.visits) {
            if (u > t) break;
            scores_(j, base + u) += (t == u ? 0.5 : 1) * (weighted[t] * weight[u] + weighted[u] * weight[t]);
          }
        }
      }
    }
  }
  factor_.matrixL().solveInPlace(scores_);
  entry_curvature_.selfadjointView<Eigen::Upper>().rankUpdate(scores_.transpose(), -2);
}

const Eigen::MatrixXd& RestrictedLikelihood::curvature(Curvature kind) {
  const int all = groups_ * entries_, k = family_.parameters();
  entry_curvature_.setZero(all, all);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (data_->patterns()[i].patients > 0) add_first_term(i, kind);
  }
  if (kind == Curvature::approximate || kind == Curvature::observed) add_score_term();
  product_.noalias() = entry_curvature_.selfadjointView<Eigen::Upper>() * jacobian_;
  curvature_.noalias() = jacobian_.transpose() * product_;

  const int total = parameters();
  if (kind != Curvature::scoring && kind != Curvature::expected) {
    for (int g = 0; g < groups_; ++g) {
      const std::size_t corner = static_cast<std::size_t>(g) * k * total + static_cast<std::size_t>(g) * k;
      family_.add_weighted_second_derivatives(std::span(theta_).subspan(g * k, k),
                                              std::span(gradient_entries_).subspan(g * size_, size_),
                                              std::span(curvature_.data() + corner, curvature_.size() - corner), total);
    }
  }
  if (kind == Curvature::observed) curvature_.noalias() -= whitened_.transpose() * whitened_;
  if (kind == Curvature::expected) curvature_.noalias() += whitened_.transpose() * whitened_;
  return curvature_;
}

namespace {

/// result = W D W on the pattern's visits with sums over visits appended; zero rows and columns elsewhere.
void sandwich(const double* inverse, const double* direction, const std::vector<int>& visits, int all_visits, double* half,
              double* result) {
  const int stride = all_visits + 1;
  std::fill(result, result + stride * stride, 0.0);
  for (const int t : visits) {
    for (int u = 0; u < all_visits; ++u) half[t * stride + u] = 0;
    for (const int v : visits) {
      const double weight = inverse[t * stride + v];
      for (int u = 0; u < all_visits; ++u) half[t * stride + u] += weight * direction[v * all_visits + u];
    }
  }
  double* sums = result + all_visits * stride;
  for (const int t : visits) {
    double* row = result + t * stride;
    for (const int v : visits) {
      const double weight = half[t * stride + v];
      for (int u = 0; u < all_visits; ++u) row[u] += weight * inverse[v * stride + u];
    }
    double sum = 0;
    for (int u = 0; u < all_visits; ++u) sum += row[u];
    row[all_visits] = sums[t] = sum;
    sums[all_visits] += sum;
  }
}

}  // namespace

void RestrictedLikelihood::prepare_exact() {
  const int p = columns(), k = family_.parameters();
  double* half = scratch_.data();
  double* inner = half + (visits_ + 1) * (visits_ + 1);
  whitened_.resize(static_cast<Eigen::Index>(p) * p, parameters());
  for (int g = 0; g < groups_; ++g) {
    for (int h = 0; h < k; ++h) {
      const double* direction = derivatives_.data() + (static_cast<std::size_t>(g) * k + h) * size_;
      single_.setZero(p, p);
      for (std::size_t i = 0; i < states_.size(); ++i) {
        const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
        if (seen.patients == 0 || seen.group != g) continue;
        sandwich(states_[i].inverse.data(), direction, seen.visits, visits_, half, inner);
        add_pattern(i, inner, -1, single_);
      }
      single_.triangularView<Eigen::StrictlyLower>() = single_.transpose();
      factor_.matrixL().solveInPlace(single_);
      Eigen::Map<Eigen::MatrixXd> whitened(whitened_.col(g * k + h).data(), p, p);
      whitened = single_.transpose();
      factor_.matrixL().solveInPlace(whitened);
    }
  }
}

void RestrictedLikelihood::whiten(Eigen::VectorXd& weights) const { factor_.matrixL().solveInPlace(weights); }

void RestrictedLikelihood::add_first_order_products(const Eigen::MatrixXd& w, double factor, Eigen::MatrixXd& result) {
  const int k = family_.parameters(), n = visits_, stride = n + 1;
  std::vector<double> mixed(size_), product(size_), sum(size_), half(static_cast<std::size_t>(stride) * stride),
      inner(static_cast<std::size_t>(stride) * stride), inverse(size_);
  single_.setZero(columns(), columns());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    const double* derivatives = derivatives_.data() + static_cast<std::size_t>(seen.group) * k * size_;
    for (int t = 0; t < n; ++t) {
      for (int u = 0; u < n; ++u) inverse[t * n + u] = states_[i].inverse[t * stride + u];
    }
    std::fill(sum.begin(), sum.end(), 0.0);
    for (int j = 0; j < k; ++j) {
      std::fill(mixed.begin(), mixed.end(), 0.0);
      for (int h = 0; h < k; ++h) {
        const double weight = w(seen.group * k + h, seen.group * k + j);
        for (std::size_t e = 0; e < size_; ++e) mixed[e] += weight * derivatives[h * size_ + e];
      }
      multiply(mixed.data(), inverse.data(), product.data(), n);
      multiply(product.data(), derivatives + j * size_, mixed.data(), n);
      for (std::size_t e = 0; e < size_; ++e) sum[e] += mixed[e];
    }
    sandwich(states_[i].inverse.data(), sum.data(), seen.visits, n, half.data(), inner.data());
    add_pattern(i, inner.data(), factor, single_);
  }
  single_.triangularView<Eigen::StrictlyLower>() = single_.transpose();
  result += single_;
}

void RestrictedLikelihood::add_sandwich(std::span<const double> matrix, double factor, Eigen::MatrixXd& result) {
  const std::size_t extended = static_cast<std::size_t>(visits_ + 1) * (visits_ + 1);
  std::vector<double> half(extended), inner(extended);
  single_.setZero(columns(), columns());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const RepeatedMeasures::Pattern& seen = data_->patterns()[i];
    if (seen.patients == 0) continue;
    sandwich(states_[i].inverse.data(), matrix.data() + seen.group * size_, seen.visits, visits_, half.data(), inner.data());
    add_pattern(i, inner.data(), factor, single_);
  }
  single_.triangularView<Eigen::StrictlyLower>() = single_.transpose();
  result += single_;
}

}  // namespace vcohort::analysis
