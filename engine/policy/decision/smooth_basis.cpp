#include "engine/policy/decision/smooth_basis.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

namespace vcohort {

namespace {

/// Different values at equally spaced ranks, with the smallest and the largest; at most `count` of them.
std::vector<double> quantile_knots(std::vector<double> values, Eigen::Index count) {
  std::sort(values.begin(), values.end());
  std::vector<double> different = values;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  if (static_cast<Eigen::Index>(different.size()) <= count) return different;
  std::vector<double> knots;
  for (Eigen::Index knot = 0; knot < count; ++knot) {
    const std::size_t rank = (values.size() - 1) * static_cast<std::size_t>(knot) / static_cast<std::size_t>(count - 1);
    if (knots.empty() || values[rank] > knots.back()) knots.push_back(values[rank]);
  }
  return knots;
}

/// Second derivatives at the knots of the natural cubic spline through given values, and its roughness as a quadratic
/// form of the values. Wood, Generalized Additive Models, 2nd edition (2017), section 5.3.1.
struct NaturalSpline {
  Eigen::MatrixXd curvature, roughness;
};

NaturalSpline natural_spline(const Eigen::VectorXd& knots) {
  const Eigen::Index count = knots.size();
  NaturalSpline made{Eigen::MatrixXd::Zero(count, count), Eigen::MatrixXd::Zero(count, count)};
  const Eigen::Index inner = count - 2;
  if (inner < 1) return made;
  Eigen::MatrixXd difference = Eigen::MatrixXd::Zero(inner, count);
  Eigen::MatrixXd band = Eigen::MatrixXd::Zero(inner, inner);
  for (Eigen::Index row = 0; row < inner; ++row) {
    const double before = knots[row + 1] - knots[row];
    const double after = knots[row + 2] - knots[row + 1];
    difference(row, row) = 1.0 / before;
    difference(row, row + 1) = -1.0 / before - 1.0 / after;
    difference(row, row + 2) = 1.0 / after;
    band(row, row) = (before + after) / 3.0;
    if (row + 1 < inner) band(row, row + 1) = band(row + 1, row) = after / 6.0;
  }
  const Eigen::MatrixXd second = band.ldlt().solve(difference);
  made.curvature.middleRows(1, inner) = second;
  made.roughness = difference.transpose() * second;
  return made;
}

}  // namespace

SmoothBasis::SmoothBasis(const Eigen::Ref<const Eigen::VectorXd>& values, Eigen::Index functions) {
  lowest_ = values.minCoeff();
  range_ = values.maxCoeff() - lowest_;
  if (!(range_ > 0) || functions < 1) return;
  std::vector<double> scaled(static_cast<std::size_t>(values.size()));
  std::transform(values.begin(), values.end(), scaled.begin(),
                 [this](double value) { return (value - lowest_) / range_; });
  const std::vector<double> knots = quantile_knots(scaled, functions + 1);
  knots_ = Eigen::Map<const Eigen::VectorXd>(knots.data(), static_cast<Eigen::Index>(knots.size()));
  const NaturalSpline spline = natural_spline(knots_);
  curvature_ = spline.curvature;

  const Eigen::Index count = knots_.size();
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(count);
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(count, count);
  Eigen::VectorXd weights(count);
  for (const double value : values) {
    local_weights(value, weights);
    sum += weights;
    products.noalias() += weights * weights.transpose();
  }
  const auto draws = static_cast<double>(values.size());
  const Eigen::VectorXd mean = sum / draws;
  products = products / draws - mean * mean.transpose();

  // Constants have no variance: their direction is dropped, and so is what only rounding tells from them.
  constexpr double rounding = 1e-10;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> spread(products);
  Eigen::Index null_space = 0;
  while (null_space < count && spread.eigenvalues()[null_space] <= rounding * spread.eigenvalues()[count - 1])
    ++null_space;
  const Eigen::Index size = count - null_space;
  if (size == 0) return;
  const Eigen::MatrixXd whiten =
      spread.eigenvectors().rightCols(size) * spread.eigenvalues().tail(size).cwiseSqrt().cwiseInverse().asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> rough(whiten.transpose() * spline.roughness * whiten);
  transform_ = whiten * rough.eigenvectors();
  offset_ = transform_.transpose() * mean;
  roughness_ = rough.eigenvalues();
  if (size > 1) roughness_ /= rough.eigenvalues()[1];
  roughness_[0] = 0;
}

void SmoothBasis::local_weights(double value, Eigen::VectorXd& weights) const {
  const double x = (value - lowest_) / range_;
  const auto found = std::upper_bound(knots_.begin() + 1, knots_.end() - 1, x);
  const Eigen::Index right = found - knots_.begin();
  const Eigen::Index left = right - 1;
  const double width = knots_[right] - knots_[left];
  const double from_left = (x - knots_[left]) / width;
  const double from_right = (knots_[right] - x) / width;
  const double cubic = width * width / 6.0;
  weights = cubic * ((from_right * from_right * from_right - from_right) * curvature_.row(left).transpose() +
                     (from_left * from_left * from_left - from_left) * curvature_.row(right).transpose());
  weights[left] += from_right;
  weights[right] += from_left;
}

void SmoothBasis::evaluate(double value, double* functions) const {
  Eigen::VectorXd weights(knots_.size());
  local_weights(value, weights);
  for (Eigen::Index function = 0; function < size(); ++function)
    functions[function] = transform_.col(function).dot(weights) - offset_[function];
}

}  // namespace vcohort
