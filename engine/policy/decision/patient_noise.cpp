#include "engine/policy/decision/patient_noise.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "engine/policy/decision/draw_mean.hpp"

namespace vcohort {

namespace {

/// Cost and effect of the reference, then the increments of every strategy over it (zero for the reference itself).
struct Increments {
  Eigen::MatrixXd values;  // [draw][2 strategies]
  Eigen::MatrixXd noise;   // [2 strategies][2 strategies]
};

Increments increments_of(const Psa& psa) {
  const Eigen::Index strategies = psa.cost.cols();
  Increments made{Eigen::MatrixXd(psa.draws(), 2 * strategies),
                  Eigen::MatrixXd::Identity(2 * strategies, 2 * strategies)};
  for (const Eigen::Index half : {Eigen::Index{0}, Eigen::Index{1}}) {
    const Eigen::MatrixXd& values = half == 0 ? psa.cost : psa.effect;
    for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
      const Eigen::Index column = half * strategies + strategy;
      made.values.col(column) = values.col(strategy);
      if (strategy == psa.reference) continue;
      made.values.col(column) -= values.col(psa.reference);
      made.noise(column, half * strategies + psa.reference) = -1.0;
    }
  }
  const Eigen::MatrixXd transform = made.noise;
  made.noise = transform.lazyProduct(Eigen::MatrixXd(psa.patient_noise.lazyProduct(transform.transpose())));
  return made;
}

/// Deviations whose squares vanish are none.
bool varies(const Eigen::MatrixXd& values, Eigen::Index column) {
  constexpr double smallest = 1e-150;
  return ((values.col(column).array() - values(0, column)).abs() > smallest).any();
}

/// The columns that vary between draws and are not copies of an earlier one, which `original` names.
std::vector<Eigen::Index> different_columns(const Eigen::MatrixXd& values, std::vector<Eigen::Index>& original) {
  std::vector<Eigen::Index> kept;
  original.assign(static_cast<std::size_t>(values.cols()), -1);
  for (Eigen::Index column = 0; column < values.cols(); ++column) {
    if (!varies(values, column)) continue;
    const auto same = std::find_if(kept.begin(), kept.end(),
                                   [&](Eigen::Index other) { return values.col(other) == values.col(column); });
    original[static_cast<std::size_t>(column)] = same == kept.end() ? column : *same;
    if (same == kept.end()) kept.push_back(column);
  }
  return kept;
}

/// Sums in the order of draws; a library product may cut them by the size of the processor's cache.
Eigen::MatrixXd covariance_of(const Eigen::MatrixXd& deviation) {
  Eigen::MatrixXd covariance(deviation.cols(), deviation.cols());
  for (Eigen::Index row = 0; row < covariance.rows(); ++row)
    for (Eigen::Index column = 0; column <= row; ++column)
      covariance(row, column) = covariance(column, row) =
          deviation.col(row).dot(deviation.col(column)) / static_cast<double>(deviation.rows() - 1);
  return covariance;
}

/// The map of deviations that turns covariance `total` into `total - noise`, and how many variances were negative.
struct Shrinkage {
  Eigen::MatrixXd map;
  Eigen::Index directions = 0;
  Eigen::Index set_to_zero = 0;
};

Shrinkage shrinkage_of(const Eigen::MatrixXd& total, const Eigen::MatrixXd& noise) {
  const Eigen::VectorXd sd = total.diagonal().cwiseSqrt();
  const Eigen::MatrixXd scale = sd * sd.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> spectrum(total.cwiseQuotient(scale));
  // Eigenvalues of a correlation matrix add up to its size; what is smaller than this is rounding.
  constexpr double rounding = 1e-11;
  const Eigen::Index size = total.rows();
  Eigen::Index null_space = 0;
  while (null_space < size && spectrum.eigenvalues()[null_space] < rounding * static_cast<double>(size)) ++null_space;
  Shrinkage found;
  found.directions = size - null_space;
  const Eigen::MatrixXd axes = spectrum.eigenvectors().rightCols(found.directions);
  const Eigen::VectorXd length = spectrum.eigenvalues().tail(found.directions).cwiseSqrt();
  const Eigen::MatrixXd whiten = length.cwiseInverse().asDiagonal() * axes.transpose() * sd.cwiseInverse().asDiagonal();
  const Eigen::MatrixXd colour = sd.asDiagonal() * axes * length.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> shares(whiten * noise * whiten.transpose());
  Eigen::VectorXd kept = (1.0 - shares.eigenvalues().array()).matrix();
  for (double& share : kept) {
    if (share < 0) ++found.set_to_zero;
    share = std::sqrt(std::max(share, 0.0));
  }
  found.map = colour * shares.eigenvectors() * kept.asDiagonal() * shares.eigenvectors().transpose() * whiten;
  return found;
}

Eigen::VectorXd sd_of(const Eigen::MatrixXd& values) {
  Eigen::VectorXd sd(values.cols());
  for (Eigen::Index column = 0; column < values.cols(); ++column) {
    const auto value = [&](Eigen::Index draw) { return values(draw, column); };
    const double mean = draw_mean(values.rows(), value);
    sd[column] = draw_error(values.rows(), mean, value) * std::sqrt(static_cast<double>(values.rows()));
  }
  return sd;
}

}  // namespace

NoiseRemoval remove_patient_noise(const Psa& psa) {
  NoiseRemoval found;
  found.psa = psa;
  found.psa.patient_noise.resize(0, 0);
  const Eigen::Index strategies = psa.cost.cols();
  Eigen::MatrixXd values;
  const auto split_sd = [&](Eigen::VectorXd& cost, Eigen::VectorXd& effect) {
    const Eigen::VectorXd sd = sd_of(values);
    cost = sd.head(strategies);
    effect = sd.tail(strategies);
    cost[psa.reference] = effect[psa.reference] = 0;
  };
  if (psa.patient_noise.size() == 0 || psa.draws() < 2) return found;

  Increments increments = increments_of(psa);
  values = std::move(increments.values);
  split_sd(found.cost_sd_total, found.effect_sd_total);
  std::vector<Eigen::Index> original;
  const std::vector<Eigen::Index> kept = different_columns(values, original);
  if (!kept.empty()) {
    Eigen::MatrixXd deviation = values(Eigen::all, kept);
    Eigen::VectorXd mean(deviation.cols());
    for (Eigen::Index column = 0; column < deviation.cols(); ++column) {
      mean[column] = draw_mean(psa.draws(), [&](Eigen::Index draw) { return deviation(draw, column); });
      deviation.col(column).array() -= mean[column];
    }
    const Shrinkage shrinkage = shrinkage_of(covariance_of(deviation), increments.noise(kept, kept));
    found.directions = shrinkage.directions;
    found.set_to_zero = shrinkage.set_to_zero;
    const Eigen::MatrixXd shrunk = deviation.lazyProduct(shrinkage.map.transpose());
    for (std::size_t place = 0; place < kept.size(); ++place) {
      const auto column = static_cast<Eigen::Index>(place);
      values.col(kept[place]) = shrunk.col(column).array() + mean[column];
    }
    for (std::size_t column = 0; column < original.size(); ++column)
      if (original[column] >= 0 && original[column] != static_cast<Eigen::Index>(column))
        values.col(static_cast<Eigen::Index>(column)) = values.col(original[column]);
  }
  split_sd(found.cost_sd_between, found.effect_sd_between);
  for (const Eigen::Index half : {Eigen::Index{0}, Eigen::Index{1}}) {
    Eigen::MatrixXd& target = half == 0 ? found.psa.cost : found.psa.effect;
    target = values.middleCols(half * strategies, strategies);
    for (Eigen::Index strategy = 0; strategy < strategies; ++strategy)
      if (strategy != psa.reference) target.col(strategy) += target.col(psa.reference);
  }
  return found;
}

}  // namespace vcohort
