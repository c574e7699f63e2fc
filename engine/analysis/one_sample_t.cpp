#include "engine/analysis/one_sample_t.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/spread.hpp"

namespace vcohort::analysis {
namespace {

struct Scaled {
  Spread arm;
  double unit = 1;  // of the outcome, in the units of the spread
};

/// Computed again from scaled outcomes when a square may have over- or underflowed.
Scaled spread_of(const Dataset& data, Workspace& workspace) {
  const std::size_t n = data.arm.size();
  const std::span<const int> code = data.completed_arms(workspace.integers(0, n));
  double count = 0;
  count_by_arm(code.data(), static_cast<long>(n), 1, &count);
  Scaled of;
  spread_by_code<1>(data.outcome, code, &count, &of.arm);
  if (of.arm.n == 0 || is_safe(of.arm)) return of;
  const auto scaled = workspace.reals(0, n);
  for (std::size_t i = 0; i < n; ++i) scaled[i] = code[i] < 0 ? 0.0 : data.outcome[i];
  const double scale = scale_of(scaled);
  for (double& value : scaled) value *= scale;
  spread_by_code<1>(scaled, code, &count, &of.arm);
  of.unit = 1 / scale;
  return of;
}

}  // namespace

Estimate one_sample_t(const Dataset& data, double against, const Inference& inference, Workspace& workspace) {
  const auto [arm, unit] = spread_of(data, workspace);
  const int patients = static_cast<int>(arm.n);
  if (arm.n == 0) return failed(Failure::empty_arm);
  if (!std::isfinite(arm.mean)) return failed(Failure::not_finite, patients);
  const double df = arm.n - 1;
  if (df < 1) return failed(Failure::too_few_patients, patients);
  const double se = std::sqrt(arm.sum_of_squares / df / arm.n);
  const double fixed = against / unit, size = std::max(std::fabs(arm.mean), std::fabs(fixed));
  constexpr double rounding = 10 * std::numeric_limits<double>::epsilon();
  if (!(se > rounding * size)) return failed(Failure::no_variation, patients);
  return in_units(wald(arm.mean - fixed, se, df, patients, inference, workspace), unit);
}

void fit_one_sample_t(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                      std::span<Estimate> contrasts) {
  contrasts.front() = one_sample_t(data, options.against, inference, workspace);
}

}  // namespace vcohort::analysis
