#include "engine/analysis/wilcoxon.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/win_share.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

/// The analysed patients, sorted by stratum and then value.
struct Ordered {
  std::span<const double> value;
  std::span<const int> stratum;
  std::span<const int> active;
  std::span<const int> order;
};

Ordered order_patients(const Dataset& data, int arm, const WilcoxonOptions& options, Workspace& workspace) {
  const auto patients = data.arm.size();
  auto value = workspace.reals(0, patients);
  auto stratum = workspace.integers(0, patients);
  auto active = workspace.integers(1, patients);
  std::size_t n = 0;
  for (std::size_t i = 0; i < patients; ++i) {
    const double y = data.outcome[i];
    const int s = options.stratified ? data.stratum[i] : 0;
    if (y != y || s < 0 || (data.arm[i] != 0 && data.arm[i] != arm)) continue;
    value[n] = y;
    stratum[n] = s;
    active[n] = data.arm[i] == arm;
    ++n;
  }
  auto order = workspace.integers(2, n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return stratum[a] != stratum[b] ? stratum[a] < stratum[b] : value[a] < value[b]; });
  return {value.first(n), stratum.first(n), active.first(n), order};
}

/// What one stratum contributes.
struct RankSum {
  double n = 0, m = 0;                                             // active, reference
  double u = 0;                                                    // pairs that the active patient wins, ties one half
  double ties = 0;                                                 // sum of t^3 - t
  double sum_of_squares_active = 0, sum_of_squares_reference = 0;  // of the placements

  double total() const { return n + m; }
  double excess() const { return u - n * m / 2; }
  double variance() const { return n * m / 12 * (total() + 1 - ties / (total() * (total() - 1))); }
  /// Variance of u / (n m) by DeLong; an arm of one patient contributes nothing.
  double placement_variance() const {
    const double mean = u / (n * m);
    const double spread_active = n > 1 ? (sum_of_squares_active / n - mean * mean) / (n - 1) : 0;
    const double spread_reference = m > 1 ? (sum_of_squares_reference / m - (1 - mean) * (1 - mean)) / (m - 1) : 0;
    return std::max(0.0, spread_active) + std::max(0.0, spread_reference);
  }
};

/// Sums over order[begin, end), one stratum, group of ties by group of ties.
RankSum rank_sum(const Ordered& patients, std::size_t begin, std::size_t end) {
  RankSum sum;
  for (std::size_t i = begin; i < end; ++i) (patients.active[patients.order[i]] ? sum.n : sum.m) += 1;
  double active_before = 0, reference_before = 0;
  for (std::size_t i = begin; i < end;) {
    double active = 0, reference = 0;
    const double value = patients.value[patients.order[i]];
    for (; i < end && patients.value[patients.order[i]] == value; ++i) {
      (patients.active[patients.order[i]] ? active : reference) += 1;
    }
    const double beaten_by_active = reference_before + reference / 2;
    const double beaten_by_reference = active_before + active / 2;
    sum.u += active * beaten_by_active;
    const double placement_active = beaten_by_active / sum.m, placement_reference = beaten_by_reference / sum.n;
    sum.sum_of_squares_active += active * placement_active * placement_active;
    sum.sum_of_squares_reference += reference * placement_reference * placement_reference;
    const double tied = active + reference;
    sum.ties += tied * (tied * tied - 1);
    active_before += active;
    reference_before += reference;
  }
  return sum;
}

/// P(U <= u) for u = 0 .. n m: counts of the subsets of the ranks 1 .. n+m by their sum, all positive, so without
/// cancellation.
const std::vector<double>& exact_distribution(int n, int m, Workspace& workspace) {
  const int smaller = std::min(n, m), larger = std::max(n, m), most = n * m;
  auto& table = workspace.rank_sum_table(smaller, larger);
  if (!table.empty()) return table;
  const auto width = static_cast<std::size_t>(most) + 1;
  // ways[k][u]: subsets of k of the ranks so far whose rank sum exceeds the smallest possible, k(k+1)/2, by u.
  std::vector<double> ways((static_cast<std::size_t>(smaller) + 1) * width, 0.0);
  ways[0] = 1;
  for (int rank = 1; rank <= n + m; ++rank) {
    for (int k = std::min(rank, smaller); k >= 1; --k) {
      const int excess = rank - k;  // of this rank over the k-th smallest
      double* with = &ways[static_cast<std::size_t>(k) * width];
      const double* without = &ways[static_cast<std::size_t>(k - 1) * width];
      for (int u = excess; u <= most; ++u) with[u] += without[u - excess];
    }
  }
  const double* counts = &ways[static_cast<std::size_t>(smaller) * width];
  double total = 0;
  for (int u = 0; u <= most; ++u) total += counts[u];
  table.resize(width);
  double below = 0;
  for (int u = 0; u <= most; ++u) table[u] = (below += counts[u]) / total;
  return table;
}

void test_exactly(const RankSum& sum, Workspace& workspace, Estimate& estimate) {
  const int n = static_cast<int>(sum.n), m = static_cast<int>(sum.m);
  const auto& at_most = exact_distribution(n, m, workspace);
  const auto u = static_cast<std::size_t>(sum.u);  // whole without ties
  const auto mirrored = static_cast<std::size_t>(n * m) - u;
  estimate.reference = Reference::exact;
  estimate.p_less = at_most[u];
  estimate.p_greater = at_most[mirrored];  // the distribution is symmetric
  estimate.p = std::min(1.0, 2 * std::min(estimate.p_less, estimate.p_greater));
}

/// The interval where the placements give no standard error.
void widen(const Dataset& data, const Ordered& patients, const WilcoxonOptions& options, double critical,
           Estimate& estimate) {
  std::vector<StratumOfPairs> strata(options.stratified ? static_cast<std::size_t>(data.strata) : 1);
  for (std::size_t i = 0; i < patients.value.size(); ++i) {
    auto& stratum = strata[static_cast<std::size_t>(patients.stratum[i])];
    (patients.active[i] != 0 ? stratum.active : stratum.reference) += 1;
  }
  double total = 0;
  std::erase_if(strata, [](const StratumOfPairs& s) { return s.active == 0 || s.reference == 0; });
  for (auto& s : strata) {
    s.weight = s.active * s.reference / (options.stratified ? s.active + s.reference + 1 : 1);
    total += s.weight;
  }
  for (auto& s : strata) s.weight /= total;
  const auto interval = win_share_interval(estimate.estimate + 0.5, strata, critical);
  estimate.lower = interval.lower - 0.5;
  estimate.upper = interval.upper - 0.5;
}

Estimate describe(double win_excess, double variance, int patients, const Inference& inference, Workspace& workspace) {
  Estimate estimate;
  estimate.reference = Reference::score;
  estimate.patients = patients;
  estimate.estimate = win_excess;
  estimate.se = std::sqrt(variance);
  const double half_width = workspace.critical_value(normal_df, 1 - inference.level) * estimate.se;
  estimate.lower = std::max(-0.5, win_excess - half_width);
  estimate.upper = std::min(0.5, win_excess + half_width);
  return estimate;
}

}  // namespace

Estimate wilcoxon(const Dataset& data, int arm, const WilcoxonOptions& options, const Inference& inference,
                  Workspace& workspace) {
  const auto patients = order_patients(data, arm, options, workspace);
  const auto n = patients.order.size();
  double score = 0, score_variance = 0;
  double pairs = 0, wins = 0, wins_variance = 0;
  RankSum last;
  bool both_arms = false;
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin;
    const int stratum = patients.stratum[patients.order[begin]];
    while (end < n && patients.stratum[patients.order[end]] == stratum) ++end;
    const auto sum = rank_sum(patients, begin, end);
    begin = end;
    if (sum.n == 0 || sum.m == 0) continue;
    both_arms = true;
    last = sum;
    const double weight = options.stratified ? 1 / (sum.total() + 1) : 1;
    score += weight * sum.excess();
    score_variance += weight * weight * sum.variance();
    const double stratum_pairs = weight * sum.n * sum.m;
    pairs += stratum_pairs;
    wins += weight * sum.excess();
    wins_variance += stratum_pairs * stratum_pairs * sum.placement_variance();
  }
  const int analysed = static_cast<int>(n);
  if (!both_arms) return failed(Failure::empty_arm, analysed);
  auto estimate = describe(wins / pairs, wins_variance / (pairs * pairs), analysed, inference, workspace);
  const bool single = !options.stratified && (last.n == 1 || last.m == 1);
  if (wins_variance == 0 || single) {
    widen(data, patients, options, workspace.critical_value(normal_df, 1 - inference.level), estimate);
  }
  // A variance of all-tied values is a difference of equal numbers.
  if (!(score_variance > 1e-12 * pairs)) {
    estimate.statistic = 0;
    estimate.p = 1;
    return estimate;
  }
  const double deviation = std::sqrt(score_variance);
  constexpr double exact_below = 50;  // patients per arm, the rule of R's wilcox.test
  const bool exact =
      options.exact_when_small && !options.stratified && last.ties == 0 && last.n < exact_below && last.m < exact_below;
  if (exact) {
    estimate.statistic = score / deviation;
    test_exactly(last, workspace, estimate);
    return estimate;
  }
  const bool corrected = options.continuity && !options.stratified && score != 0;
  estimate.statistic = (score - (corrected ? std::copysign(0.5, score) : 0)) / deviation;
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

void fit_wilcoxon(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                  std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return wilcoxon(data, arm, {}, inference, workspace); });
}

void fit_van_elteren(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                     std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return wilcoxon(data, arm, {.stratified = true}, inference, workspace); });
}

}  // namespace vcohort::analysis
