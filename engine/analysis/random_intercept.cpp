#include "engine/analysis/random_intercept.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace vcohort::analysis {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// The restricted likelihood as a function of the ratio. Means are centred, so that no digits cancel.
class Likelihood {
 public:
  Likelihood(const ClusterCells& cells, Workspace& workspace)
      : cells_(cells),
        p_(static_cast<Eigen::Index>(cells.columns)),
        memory_(workspace.reals(0, cells.columns * (2 * cells.columns + 3))),
        sums_(workspace.reals(1, cells.clusters() * (cells.columns + 2))) {
    double total = 0, sum = 0;
    for (std::size_t k = 0; k < cells.mean.size(); ++k) {
      total += cells.members[k];
      sum += cells.members[k] * cells.mean[k];
    }
    centre_ = sum / total;
    residual_df_ = total - static_cast<double>(cells.columns);
    typical_ = total / static_cast<double>(cells.clusters());
    gather();
  }

  double residual_df() const { return residual_df_; }
  double typical_size() const { return typical_; }

  /// Solves the weighted equations; false where they are singular.
  bool solve(double ratio) {
    Square a = information();
    Column beta = right();
    a = plain_information();
    beta = plain_right();
    double squares = plain_squares_;
    for (std::size_t i = 0; i < cells_.clusters(); ++i) {
      const Eigen::Map<const Vector> s(x_of(i), p_);
      const double n = size_of(i), y = y_of(i), weight = ratio / (1 + ratio * n);
      a.noalias() -= weight * s * s.transpose();
      beta -= weight * y * s;
      squares -= weight * y * y;
    }
    Eigen::LLT<Eigen::Ref<Matrix>> factor(a);
    constexpr double rounding = 1e-12;
    if (factor.info() != Eigen::Success) return false;
    for (Eigen::Index k = 0; k < p_; ++k)
      if (!(a(k, k) * a(k, k) > rounding * plain_information()(k, k) / (1 + ratio * typical_))) return false;
    step() = beta;
    factor.solveInPlace(beta);
    squares_ = cells_.squares_within + std::fmax(0.0, squares - step().dot(beta));
    return true;
  }

  /// The derivative of -2 log likelihood at the ratio that was solved for.
  double slope(double ratio) {
    Square a = information();
    Column beta = right(), scaled = step();
    double slope = 0, fall = 0;
    for (std::size_t i = 0; i < cells_.clusters(); ++i) {
      const Eigen::Map<const Vector> s(x_of(i), p_);
      const double n = size_of(i), grown = 1 + ratio * n, left = y_of(i) - s.dot(beta);
      scaled = s;
      a.triangularView<Eigen::Lower>().solveInPlace(scaled);
      slope += n / grown - scaled.squaredNorm() / (grown * grown);
      fall += left * left / (grown * grown);
    }
    return slope - residual_df_ * fall / squares_;
  }

  double variance() const { return squares_ / residual_df_; }
  double coefficient(std::size_t column) { return right()(static_cast<Eigen::Index>(column)); }

  /// Of a coefficient, in var(e).
  double spread(std::size_t column) {
    Column unit = step();
    unit.setZero();
    unit(static_cast<Eigen::Index>(column)) = 1;
    information().triangularView<Eigen::Lower>().solveInPlace(unit);
    return unit.squaredNorm();
  }

 private:
  void gather() {
    plain_information().setZero();
    plain_right().setZero();
    plain_squares_ = 0;
    for (std::size_t i = 0; i < cells_.clusters(); ++i) {
      Eigen::Map<Vector> s(x_of(i), p_);
      s.setZero();
      double n = 0, y = 0;
      for (auto k = static_cast<std::size_t>(cells_.first[i]); k < static_cast<std::size_t>(cells_.first[i + 1]); ++k) {
        const Eigen::Map<const Vector> x(cells_.design.data() + k * cells_.columns, p_);
        const double members = cells_.members[k], mean = cells_.mean[k] - centre_;
        plain_information().noalias() += members * x * x.transpose();
        plain_right() += members * mean * x;
        plain_squares_ += members * mean * mean;
        s += members * x;
        n += members;
        y += members * mean;
      }
      size_of(i) = n;
      y_of(i) = y;
    }
  }

  using Square = Eigen::Map<Matrix>;
  using Column = Eigen::Map<Vector>;
  double* at(Eigen::Index offset) { return memory_.data() + offset; }
  Square information() { return {at(0), p_, p_}; }
  Square plain_information() { return {at(p_ * p_), p_, p_}; }
  Column right() { return {at(2 * p_ * p_), p_}; }
  Column plain_right() { return {at(2 * p_ * p_ + p_), p_}; }
  Column step() { return {at(2 * p_ * p_ + 2 * p_), p_}; }
  double* x_of(std::size_t cluster) { return sums_.data() + cluster * (cells_.columns + 2); }
  double& size_of(std::size_t cluster) { return x_of(cluster)[p_]; }
  double& y_of(std::size_t cluster) { return x_of(cluster)[p_ + 1]; }

  const ClusterCells& cells_;
  Eigen::Index p_;
  std::span<double> memory_, sums_;
  double centre_ = 0, residual_df_ = 0, typical_ = 0, plain_squares_ = 0, squares_ = 0;
};

}  // namespace

void fit_random_intercept(const ClusterCells& cells, std::span<const std::size_t> columns, Workspace& workspace,
                          std::span<RandomInterceptFit> fits) {
  Likelihood likelihood(cells, workspace);
  RandomInterceptFit common;
  // share = ratio n / (1 + ratio n) with a typical n
  const auto ratio_at = [&](double share) { return share / ((1 - share) * likelihood.typical_size()); };
  const auto slope_at = [&](double share) {
    common.singular = common.singular || !likelihood.solve(ratio_at(share));
    return common.singular ? 0.0 : likelihood.slope(ratio_at(share));
  };
  double share = 0;
  constexpr double largest = 1 - 1e-9;
  const double at_zero = slope_at(0);
  if (!common.singular && at_zero < 0) {
    const double at_largest = slope_at(largest);
    share = largest;
    if (at_largest > 0) {
      std::uintmax_t iterations = 100;
      constexpr int bits = 46;
      const auto bracket = boost::math::tools::toms748_solve(
          slope_at, 0.0, largest, at_zero, at_largest, boost::math::tools::eps_tolerance<double>(bits), iterations);
      share = (bracket.first + bracket.second) / 2;
      common.iterations = static_cast<int>(iterations);
    }
  }
  common.ratio = ratio_at(share);
  common.singular = common.singular || !likelihood.solve(common.ratio);
  common.variance = likelihood.variance();
  for (std::size_t k = 0; k < columns.size(); ++k) {
    fits[k] = common;
    if (common.singular) continue;
    fits[k].estimate = likelihood.coefficient(columns[k]);
    fits[k].se = std::sqrt(common.variance * likelihood.spread(columns[k]));
  }
}

}  // namespace vcohort::analysis
