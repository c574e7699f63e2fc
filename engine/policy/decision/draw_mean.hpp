#pragma once
#include <Eigen/Core>
#include <cmath>
#include <limits>

/// Means over draws and their Monte Carlo errors, in the order of draws.
namespace vcohort {

/// Mean of `value(0) ... value(draws - 1)`. Taken as distance from the first, so that what is constant has exactly that
/// mean.
template <class Value>
double draw_mean(Eigen::Index draws, Value&& value) {
  const double first = value(Eigen::Index{0});
  double sum = 0;
  for (Eigen::Index draw = 1; draw < draws; ++draw) sum += value(draw) - first;
  return first + sum / static_cast<double>(draws);
}

/// Standard error of that mean, sd / sqrt(draws); NaN for a single draw.
template <class Value>
double draw_error(Eigen::Index draws, double mean, Value&& value) {
  if (draws < 2) return std::numeric_limits<double>::quiet_NaN();
  double squares = 0;
  for (Eigen::Index draw = 0; draw < draws; ++draw) {
    const double deviation = value(draw) - mean;
    squares += deviation * deviation;
  }
  return std::sqrt(squares / static_cast<double>(draws - 1) / static_cast<double>(draws));
}

/// Of each strategy, over the draws of `values` [draw][strategy]: mean and error as above.
struct StrategyMeans {
  Eigen::VectorXd mean, mcse;
};
StrategyMeans means_over_draws(const Eigen::MatrixXd& values);

/// Of each strategy, where 95 % of the draws lie: their 2.5 % and 97.5 % quantiles, interpolated between order
/// statistics (type 7). NaN for a single draw.
struct StrategyIntervals {
  Eigen::VectorXd lower, upper;
};
StrategyIntervals intervals_over_draws(const Eigen::MatrixXd& values);

/// What every strategy has over the reference in each draw, of `values` [draw][strategy].
Eigen::MatrixXd increments_over(Eigen::Index reference, const Eigen::MatrixXd& values);

}  // namespace vcohort
