#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

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

/// Where 95 % of the values lie: their 2.5 % and 97.5 % quantiles, interpolated between order statistics (type 7).
/// Missing for a single draw.
struct DrawInterval {
  double lower = std::numeric_limits<double>::quiet_NaN(), upper = lower;
};

template <class Value>
DrawInterval draw_interval(Eigen::Index draws, Value&& value) {
  if (draws < 2) return {};
  std::vector<double> values;
  for (Eigen::Index draw = 0; draw < draws; ++draw) values.push_back(value(draw));
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(draws - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = values[std::min(below + 1, values.size() - 1)];
    return values[below] + (place - static_cast<double>(below)) * (above - values[below]);
  };
  constexpr double tail = 0.025;
  return {quantile(tail), quantile(1 - tail)};
}

}  // namespace vcohort
