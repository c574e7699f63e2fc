#include "engine/policy/decision/draw_mean.hpp"

#include <algorithm>
#include <vector>

namespace vcohort {

StrategyMeans means_over_draws(const Eigen::MatrixXd& values) {
  StrategyMeans found{Eigen::VectorXd(values.cols()), Eigen::VectorXd(values.cols())};
  for (Eigen::Index strategy = 0; strategy < values.cols(); ++strategy) {
    const auto value = [&](Eigen::Index draw) { return values(draw, strategy); };
    found.mean[strategy] = draw_mean(values.rows(), value);
    found.mcse[strategy] = draw_error(values.rows(), found.mean[strategy], value);
  }
  return found;
}

StrategyIntervals intervals_over_draws(const Eigen::MatrixXd& values) {
  constexpr double tail = 0.025, none = std::numeric_limits<double>::quiet_NaN();
  StrategyIntervals found{Eigen::VectorXd::Constant(values.cols(), none),
                          Eigen::VectorXd::Constant(values.cols(), none)};
  if (values.rows() < 2) return found;
  for (Eigen::Index strategy = 0; strategy < values.cols(); ++strategy) {
    std::vector<double> sorted(values.col(strategy).begin(), values.col(strategy).end());
    std::sort(sorted.begin(), sorted.end());
    const auto quantile = [&](double share) {
      const double place = share * static_cast<double>(sorted.size() - 1);
      const auto below = static_cast<std::size_t>(place);
      const double above = sorted[std::min(below + 1, sorted.size() - 1)];
      return sorted[below] + (place - static_cast<double>(below)) * (above - sorted[below]);
    };
    found.lower[strategy] = quantile(tail);
    found.upper[strategy] = quantile(1 - tail);
  }
  return found;
}

Eigen::MatrixXd increments_over(Eigen::Index reference, const Eigen::MatrixXd& values) {
  return values.colwise() - values.col(reference);
}

}  // namespace vcohort
