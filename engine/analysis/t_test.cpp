#include "engine/analysis/t_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/spread.hpp"

namespace vcohort::analysis {
namespace {

struct Moments {
  Spread reference, active;
  double unit = 1;  // of the outcome, in the units of the moments
};

/// Of patients whose code is 0 or 1.
Moments moments_by_code(std::span<const double> x, std::span<const int> code, const double* count) {
  Spread spread[2];
  spread_by_code<2>(x, code, count, spread);
  return {spread[0], spread[1]};
}

/// Means and sums of squares; computed again from scaled outcomes when a square may have over- or underflowed.
Moments moments_of(const Dataset& data, int arm, Workspace& workspace) {
  const std::size_t n = data.arm.size();
  const auto own = workspace.integers(0, n);
  std::span<const int> code = data.completed_arms(own);
  if (data.arms > 2) {
    std::transform(code.begin(), code.end(), own.begin(), [arm](int a) { return a == arm ? 1 : a == 0 ? 0 : -1; });
    code = own;
  }
  double count[2];
  if (data.arms == 2 && !data.in_arm.empty())
    std::copy_n(data.in_arm.begin(), 2, count);
  else
    count_by_arm(code.data(), static_cast<long>(n), 2, count);
  Moments moments = moments_by_code(data.outcome, code, count);
  if (moments.reference.n == 0 || moments.active.n == 0 || (is_safe(moments.reference) && is_safe(moments.active)))
    return moments;
  const auto scaled = workspace.reals(0, n);
  for (std::size_t i = 0; i < n; ++i) scaled[i] = code[i] < 0 ? 0.0 : data.outcome[i];
  const double scale = scale_of(scaled);
  for (double& value : scaled) value *= scale;
  moments = moments_by_code(scaled, code, count);
  moments.unit = 1 / scale;
  return moments;
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
