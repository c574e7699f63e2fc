#include "engine/analysis/contingency.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/distribution.hpp"
#include "engine/analysis/elementary.hpp"

namespace vcohort::analysis {
namespace {

double real(std::int64_t count) {
  return static_cast<double>(count);
}

/// The hypergeometric probabilities of 0, 1, ... events more than the fewest possible in the active arm, up to a
/// factor. Recurrence outward from the mode, where the weight is 1: no logarithms, no cancellation, and underflow only
/// where it does not count.
std::span<double> hypergeometric_weights(const Table2x2& table, std::int64_t fewest, std::int64_t most,
                                         Workspace& workspace) {
  const auto weights = workspace.reals(0, static_cast<std::size_t>(most - fewest + 1));
  const double n = real(table.patients), m = real(table.reference_patients), t = real(table.total_events());
  const auto mode = std::clamp(static_cast<std::int64_t>((n + 1) * (t + 1) / (n + m + 2)), fewest, most);
  // Weight of x+1 over weight of x.
  const auto ratio = [n, m, t](double x) { return (n - x) * (t - x) / ((x + 1) * (m - t + x + 1)); };
  weights[mode - fewest] = 1;
  for (auto x = mode; x < most; ++x) weights[x + 1 - fewest] = weights[x - fewest] * ratio(real(x));
  for (auto x = mode; x > fewest; --x) weights[x - 1 - fewest] = weights[x - fewest] / ratio(real(x - 1));
  return weights;
}

}  // namespace

FisherP fisher_exact(const Table2x2& table, Workspace& workspace) {
  constexpr double tie = 1 + 1e-7;  // tables of equal probability differ by rounding
  const auto events = table.total_events();
  const auto fewest = std::max<std::int64_t>(0, events - table.reference_patients);
  const auto most = std::min(events, table.patients);
  const auto weights = hypergeometric_weights(table, fewest, most, workspace);
  const auto observed = static_cast<std::size_t>(table.events - fewest);
  double total = 0, not_more_probable = 0, below = 0, above = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    total += weights[i];
    if (weights[i] <= weights[observed] * tie) not_more_probable += weights[i];
    if (i <= observed) below += weights[i];
    if (i >= observed) above += weights[i];
  }
  return {std::min(1.0, not_more_probable / total), std::min(1.0, below / total), std::min(1.0, above / total)};
}

ChiSquare pearson_chi_square(std::span<const std::int64_t> counts, std::size_t rows, std::size_t columns) {
  double total = 0;
  for (const auto count : counts) total += real(count);
  double statistic = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    double in_row = 0;
    for (std::size_t column = 0; column < columns; ++column) in_row += real(counts[row * columns + column]);
    for (std::size_t column = 0; column < columns; ++column) {
      double in_column = 0;
      for (std::size_t other = 0; other < rows; ++other) in_column += real(counts[other * columns + column]);
      if (in_row == 0 || in_column == 0) return {.failure = Failure::empty_cell};
      const double expected = in_row * in_column / total;
      const double excess = real(counts[row * columns + column]) - expected;
      statistic += excess * excess / expected;
    }
  }
  const double df = (real(static_cast<std::int64_t>(rows)) - 1) * (real(static_cast<std::int64_t>(columns)) - 1);
  if (df < 1) return {.failure = Failure::empty_cell};
  return {statistic, df, chi_square_above(statistic, df), Failure::none};
}

double pearson_z(const Table2x2& table, bool continuity) {
  const double n = real(table.patients), m = real(table.reference_patients), events = real(table.total_events());
  const double total = n + m;
  const double excess = real(table.events) - n * events / total;
  const double size = std::max(0.0, std::fabs(excess) - (continuity ? 0.5 : 0.0));
  // Sum of excess^2 / expected over the four cells, which share one excess.
  const double variance = n * m * events * (total - events) / (total * total * total);
  return std::copysign(size, excess) / std::sqrt(variance);
}

Estimate cochran_mantel_haenszel(std::span<const Table2x2> strata, bool continuity, const Inference& inference,
                                 Workspace& workspace) {
  double excess = 0, variance = 0;
  // Sums of Robins, Breslow and Greenland: R = ad/N, S = bc/N, P = (a+d)/N, Q = (b+c)/N.
  double r_sum = 0, s_sum = 0, pr = 0, ps_qr = 0, qs = 0;
  std::int64_t patients = 0;
  for (const auto& stratum : strata) {
    const double total = real(stratum.total());
    patients += stratum.total();
    if (total < 2) continue;
    const double a = real(stratum.events), b = real(stratum.patients) - a;
    const double c = real(stratum.reference_events), d = real(stratum.reference_patients) - c;
    excess += a - (a + b) * (a + c) / total;
    variance += (a + b) * (c + d) * (a + c) * (b + d) / (total * total * (total - 1));
    const double r = a * d / total, s = b * c / total;
    const double p = (a + d) / total, q = (b + c) / total;
    r_sum += r;
    s_sum += s;
    pr += p * r;
    ps_qr += p * s + q * r;
    qs += q * s;
  }
  const int n = static_cast<int>(patients);
  if (n < 2) return failed(Failure::too_few_patients, n);
  if (!(variance > 0)) return failed(Failure::no_variation, n);
  if (r_sum == 0 || s_sum == 0) return failed(Failure::empty_cell, n);
  const double log_variance = pr / (2 * r_sum * r_sum) + ps_qr / (2 * r_sum * s_sum) + qs / (2 * s_sum * s_sum);
  auto estimate = wald(log_of(r_sum / s_sum), std::sqrt(log_variance), normal_df, n,
                       {.level = inference.level, .p_value = false}, workspace);
  const double correction = continuity && std::fabs(excess) >= 0.5 ? 0.5 : 0.0;
  estimate.reference = Reference::score;
  estimate.statistic = std::copysign(std::fabs(excess) - correction, excess) / std::sqrt(variance);
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

}  // namespace vcohort::analysis
