#include "engine/analysis/mcnemar.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/exact_binomial.hpp"

namespace vcohort::analysis {

namespace {

struct Pairs {
  double better, worse, all;
};

/// Tango's score of a difference of shares: the share of the worse is its restricted maximum likelihood estimate.
double score_at(const Pairs& pairs, double difference) {
  const double a = 2 * pairs.all;
  const double b = (a - pairs.better + pairs.worse) * difference - pairs.better - pairs.worse;
  const double c = -pairs.worse * difference * (1 - difference);
  const double worse = (std::sqrt(std::max(0.0, b * b - 4 * a * c)) - b) / (2 * a);
  const double variance = pairs.all * (2 * worse + difference * (1 - difference));
  if (!(variance > 0)) return 0;  // where no pair differs, at a difference of 0
  return (pairs.better - pairs.worse - pairs.all * difference) / std::sqrt(variance);
}

/// The difference with this score, which falls from one end to the other.
double limit_of(const Pairs& pairs, double score) {
  double low = -1, high = 1;
  constexpr int halvings = 52;
  for (int k = 0; k < halvings; ++k) {
    const double middle = (low + high) / 2;
    (score_at(pairs, middle) > score ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Estimate mcnemar(const Dataset& data, const Inference& inference, Workspace& workspace) {
  std::int64_t better = 0, worse = 0, same = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double difference = data.outcome[i];
    if (data.arm[i] != 0 || difference != difference) continue;
    if (difference != 1 && difference != 0 && difference != -1) return failed(Failure::not_finite);
    ++(difference > 0 ? better : difference < 0 ? worse : same);
  }
  const std::int64_t unlike = better + worse, patients = unlike + same;
  if (patients == 0) return failed(Failure::empty_arm);
  const auto n = static_cast<double>(patients), sum = static_cast<double>(better - worse);
  Estimate estimate;
  estimate.reference = Reference::exact;
  estimate.patients = static_cast<int>(patients);
  estimate.estimate = sum / n;
  estimate.se = std::sqrt((static_cast<double>(unlike) - sum * sum / n) / n / n);
  estimate.statistic = unlike == 0 ? 0 : sum / std::sqrt(static_cast<double>(unlike));
  if (inference.interval) {
    const double z = workspace.critical_value(normal_df, 1 - inference.level);
    const Pairs pairs{static_cast<double>(better), static_cast<double>(worse), n};
    // Halving ends a rounding short of a limit that is an end of the scale.
    estimate.lower = std::min(limit_of(pairs, z), estimate.estimate);
    estimate.upper = std::max(limit_of(pairs, -z), estimate.estimate);
  }
  const BinomialP p = unlike == 0 ? BinomialP{1, 1, 1} : exact_binomial(better, unlike, 0.5, workspace);
  estimate.p = p.two_sided;
  estimate.p_less = p.less;
  estimate.p_greater = p.greater;
  return estimate;
}

void fit_mcnemar(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                 std::span<Estimate> contrasts) {
  contrasts.front() = mcnemar(data, inference, workspace);
}

}  // namespace vcohort::analysis
