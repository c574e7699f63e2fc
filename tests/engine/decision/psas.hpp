#pragma once
#include <random>

#include "engine/policy/decision/psa.hpp"

/// PSA tables whose answers are known.
namespace vcohort {

/// Four draws of three strategies, worked out by hand.
inline Psa four_draws() {
  Psa psa;
  psa.strategies = {"A", "B", "C"};
  psa.cost.resize(4, 3);
  psa.cost << 1000, 4000, 9000, 1100, 4200, 9500, 900, 3900, 8800, 1050, 4100, 9300;
  psa.effect.resize(4, 3);
  psa.effect << 1.0, 1.3, 1.4, 1.2, 1.1, 1.6, 0.9, 1.2, 1.0, 1.1, 1.5, 1.7;
  return psa;
}

/// Standard normal draws [draw][column].
inline Eigen::MatrixXd normals(Eigen::Index draws, Eigen::Index columns, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd values(draws, columns);
  for (double& value : values.reshaped()) value = normal(engine);
  return values;
}

/// A reference that costs and achieves nothing against strategies with these net benefits at k = 1 [draw][strategy].
inline Psa against_nothing(const Eigen::MatrixXd& benefits, const Eigen::MatrixXd& parameters) {
  Psa psa;
  psa.strategies.push_back("nothing");
  for (Eigen::Index strategy = 0; strategy < benefits.cols(); ++strategy)
    psa.strategies.push_back("s" + std::to_string(strategy + 1));
  psa.cost = Eigen::MatrixXd::Zero(benefits.rows(), benefits.cols() + 1);
  psa.effect = psa.cost;
  psa.effect.rightCols(benefits.cols()) = benefits;
  for (Eigen::Index parameter = 0; parameter < parameters.cols(); ++parameter)
    psa.parameters.push_back("p" + std::to_string(parameter + 1));
  psa.parameter_values = parameters;
  return psa;
}

/// dE ~ N(.10, .20^2), dC ~ N(1500, 800^2), independent.
inline Psa gaussian_increments(Eigen::Index draws, unsigned seed) {
  const Eigen::MatrixXd standard = normals(draws, 2, seed);
  Psa psa;
  psa.strategies = {"old", "new"};
  psa.parameters = {"dE", "dC"};
  psa.parameter_values.resize(draws, 2);
  psa.parameter_values.col(0) = 0.1 + 0.2 * standard.col(0).array();
  psa.parameter_values.col(1) = 1500 + 800 * standard.col(1).array();
  psa.cost = psa.effect = Eigen::MatrixXd::Zero(draws, 2);
  psa.effect.col(1) = psa.parameter_values.col(0);
  psa.cost.col(1) = psa.parameter_values.col(1);
  return psa;
}

}  // namespace vcohort
