#include "engine/analysis/t_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/sums.hpp"
#include "engine/analysis/two_arms.hpp"

namespace vcohort::analysis {
namespace {

struct Spread {
  double n = 0;
  double mean = 0;
  double sum_of_squares = 0;  // about the mean
};

/// Centres the column in place.
Spread spread_of(std::span<double> column) {
  Spread spread;
  spread.n = static_cast<double>(column.size());
  spread.mean = centre(column);
  spread.sum_of_squares = dot(column, column);
  return spread;
}

bool is_safe(const Spread& spread) {
  return std::isfinite(spread.mean) && sum_of_squares_is_safe(spread.sum_of_squares);
}

struct Moments {
  Spread reference, active;
  double unit = 1;  // of the outcome, in the units of the moments
};

/// Means and sums of squares; computed again from scaled outcomes when a square may have over- or underflowed.
Moments moments_of(const Dataset& data, int arm, Workspace& workspace) {
  auto arms = gather_two_arms(data, arm, workspace);
  Moments moments;
  moments.reference = spread_of(arms.reference);
  moments.active = spread_of(arms.active);
  if (is_safe(moments.reference) && is_safe(moments.active)) return moments;
  arms = gather_two_arms(data, arm, workspace);
  const double scale = std::min(scale_of(arms.reference), scale_of(arms.active));
  for (double& value : arms.reference) value *= scale;
  for (double& value : arms.active) value *= scale;
  moments.reference = spread_of(arms.reference);
  moments.active = spread_of(arms.active);
  moments.unit = 1 / scale;
  return moments;
}

/// Back to the units of the outcome. The statistic, p and df have none.
Estimate in_units(Estimate estimate, double unit) {
  if (unit == 1 || !estimate.ok()) return estimate;
  estimate.estimate *= unit;
  estimate.se *= unit;
  estimate.lower *= unit;
  estimate.upper *= unit;
  const bool finite = std::isfinite(estimate.lower) && std::isfinite(estimate.upper) && estimate.se > 0;
  return finite ? estimate : failed(Failure::not_finite, estimate.patients);
}

}  // namespace

Estimate t_test(const Dataset& data, int arm, bool welch, const Inference& inference, Workspace& workspace) {
  const auto [reference, active, unit] = moments_of(data, arm, workspace);
  const int patients = static_cast<int>(reference.n + active.n);
  if (reference.n == 0 || active.n == 0) return failed(Failure::empty_arm, patients);
  if (!std::isfinite(reference.mean) || !std::isfinite(active.mean)) return failed(Failure::not_finite, patients);

  double variance = 0;  // of the difference
  double df = reference.n + active.n - 2;
  if (df < 1) return failed(Failure::too_few_patients, patients);
  if (welch) {
    if (reference.n < 2 || active.n < 2) return failed(Failure::too_few_patients, patients);
    const double of_reference = reference.sum_of_squares / (reference.n - 1) / reference.n;
    const double of_active = active.sum_of_squares / (active.n - 1) / active.n;
    variance = of_reference + of_active;
    // Written with shares, so that no fourth power can overflow.
    const double share_reference = of_reference / variance;
    const double share_active = of_active / variance;
    df = 1 / (share_reference * share_reference / (reference.n - 1) + share_active * share_active / (active.n - 1));
  } else {
    variance = (reference.sum_of_squares + active.sum_of_squares) / df * (1 / reference.n + 1 / active.n);
  }
  const double se = std::sqrt(variance);
  const double size = std::max(std::fabs(reference.mean), std::fabs(active.mean));
  const double rounding = 10 * std::numeric_limits<double>::epsilon() * size;  // the rule of R's t.test
  if (!(se > rounding)) return failed(Failure::no_variation, patients);
  return in_units(wald(active.mean - reference.mean, se, df, patients, inference, workspace), unit);
}

void fit_t(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
           std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return t_test(data, arm, false, inference, workspace); });
}

void fit_welch(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
               std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return t_test(data, arm, true, inference, workspace); });
}

}  // namespace vcohort::analysis
