#include "engine/replication/statistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> sample) {
  double sum = 0;
  for (const double value : sample) sum += value;
  return sample.empty() ? undefined : sum / static_cast<double>(sample.size());
}

double variance_of(std::span<const double> sample) {
  if (sample.size() < 2) return undefined;
  const double mean = mean_of(sample);
  double squares = 0;
  for (const double value : sample) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(sample.size() - 1);
}

double sd_of(std::span<const double> sample) {
  return std::sqrt(variance_of(sample));
}

double ratio(double above, double below) {
  return below == 0 ? undefined : above / below;
}

double share_of(const PublishedFigure& figure, std::span<const double> sample) {
  if (sample.empty()) return undefined;
  const auto counts = [&](double value) {
    return (!figure.at_least || value >= *figure.at_least) && (!figure.at_most || value <= *figure.at_most);
  };
  return static_cast<double>(std::count_if(sample.begin(), sample.end(), counts)) / static_cast<double>(sample.size());
}

double of_one_side(const PublishedFigure& figure, FigureSample& sample) {
  constexpr double percent = 100;
  switch (figure.statistic) {
    case FigureStatistic::mean:
      return mean_of(sample.value);
    case FigureStatistic::sd:
      return sd_of(sample.value);
    case FigureStatistic::median:
      return sample_quantile(sample.value, 0.5);
    case FigureStatistic::quantile:
      return sample_quantile(sample.value, figure.quantile);
    case FigureStatistic::share:
      return share_of(figure, sample.value);
    case FigureStatistic::percent_of_baseline:
      return ratio(percent * mean_of(sample.value), mean_of(sample.baseline));
    case FigureStatistic::baseline_sds:
      return ratio(mean_of(sample.value), sd_of(sample.baseline));
    case FigureStatistic::t:
      return ratio(mean_of(sample.value),
                   std::sqrt(variance_of(sample.value) / static_cast<double>(sample.value.size())));
    case FigureStatistic::adjusted_mean:
    case FigureStatistic::standardised_difference:
    case FigureStatistic::severe_share:
      break;
  }
  throw InternalError(std::string("the statistic ") + name_of(figure.statistic) + " is not that of one sample");
}

/// Difference of means over the pooled SD (Cohen's d).
double standardised_difference(const FigureSample& arms, const FigureSample& versus) {
  const auto n = static_cast<double>(arms.value.size()), m = static_cast<double>(versus.value.size());
  const double pooled = ((n - 1) * variance_of(arms.value) + (m - 1) * variance_of(versus.value)) / (n + m - 2);
  return ratio(mean_of(arms.value) - mean_of(versus.value), std::sqrt(pooled));
}

}  // namespace

double sample_quantile(std::vector<double>& sample, double p) {
  if (sample.empty()) return undefined;
  std::sort(sample.begin(), sample.end());
  const double place = p * static_cast<double>(sample.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sample.size() - 1);
  return sample[below] + (place - static_cast<double>(below)) * (sample[above] - sample[below]);
}

double figure_of(const PublishedFigure& figure, FigureSample& arms, FigureSample& versus) {
  if (figure.statistic == FigureStatistic::standardised_difference) return standardised_difference(arms, versus);
  const double of_arms = of_one_side(figure, arms);
  return figure.compares() ? of_arms - of_one_side(figure, versus) : of_arms;
}

}  // namespace vcohort
