#include "engine/analysis/win_ratio.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/elementary.hpp"
#include "engine/analysis/win_share.hpp"

namespace vcohort::analysis {
namespace {

int compare_scores(const RankedEndpoint& endpoint, int a, int b) {
  const double higher = difference(endpoint.value[a], endpoint.value[b], endpoint.unit);
  return static_cast<int>(higher > endpoint.smallest_win) - static_cast<int>(higher < -endpoint.smallest_win);
}

/// Whether `a` was seen without the event when `b` had it.
bool outlives(const RankedEndpoint& endpoint, int a, int b) {
  if (endpoint.event[b] == 0) return false;
  const double longer = difference(endpoint.value[a], endpoint.value[b], endpoint.unit);
  if (longer > endpoint.smallest_win) return true;
  return longer == 0 && endpoint.smallest_win == 0 && endpoint.event[a] == 0;
}

/// 1 when `a` wins, -1 when `b` does, 0 when no endpoint tells them apart.
int compare(std::span<const RankedEndpoint> hierarchy, int a, int b) {
  for (const auto& endpoint : hierarchy) {
    const int result = endpoint.event.empty()
                           ? compare_scores(endpoint, a, b)
                           : static_cast<int>(outlives(endpoint, a, b)) - static_cast<int>(outlives(endpoint, b, a));
    if (result != 0) return endpoint.higher_is_better ? result : -result;
  }
  return 0;
}

bool seen(std::span<const RankedEndpoint> hierarchy, std::size_t i) {
  return std::any_of(hierarchy.begin(), hierarchy.end(),
                     [i](const auto& endpoint) { return !std::isnan(endpoint.value[i]); });
}

/// Shares of wins and losses, with the covariance matrix of both.
struct Shares {
  double win = 0, loss = 0;
  double var_win = 0, var_loss = 0, covariance = 0;
};

/// Adds one arm's part of the covariance: that of its patients' own shares of wins and losses, over its size.
void add_spread(std::span<const double> wins, std::span<const double> losses, double opponents, Shares& shares) {
  const auto n = static_cast<double>(wins.size());
  double ww = 0, ll = 0, wl = 0;
  for (std::size_t i = 0; i < wins.size(); ++i) {
    const double w = wins[i] / opponents - shares.win, l = losses[i] / opponents - shares.loss;
    ww += w * w;
    ll += l * l;
    wl += w * l;
  }
  shares.var_win += ww / (n - 1) / n;
  shares.var_loss += ll / (n - 1) / n;
  shares.covariance += wl / (n - 1) / n;
}

/// Scores of Finkelstein and Schoenfeld: wins minus losses against everybody, both arms.
double finkelstein_schoenfeld(std::span<const RankedEndpoint> hierarchy, std::span<const int> active,
                              std::span<const int> reference, std::span<const double> active_score,
                              std::span<const double> reference_score, Workspace& workspace) {
  double squares = 0, statistic = 0;
  // Scores against the other arm are known; those within an arm are antisymmetric and sum to zero.
  const auto add_arm = [&](std::span<const int> patients, std::span<const double> between) {
    auto score = workspace.reals(6, patients.size());
    std::copy(between.begin(), between.end(), score.begin());
    for (std::size_t i = 0; i < patients.size(); ++i) {
      for (std::size_t j = i + 1; j < patients.size(); ++j) {
        const int result = compare(hierarchy, patients[i], patients[j]);
        score[i] += result;
        score[j] -= result;
      }
    }
    for (const double value : score) squares += value * value;
  };
  add_arm(active, active_score);
  add_arm(reference, reference_score);
  for (const double value : active_score) statistic += value;
  const auto n = static_cast<double>(active.size()), m = static_cast<double>(reference.size());
  return statistic / std::sqrt(n * m / ((n + m) * (n + m - 1)) * squares);
}

}  // namespace

Estimate win_ratio(const Dataset& data, int arm, const Inference& inference, Workspace& workspace, WinCounts* counts) {
  const auto total = data.arm.size();
  auto active = workspace.integers(0, total), reference = workspace.integers(1, total);
  std::size_t n = 0, m = 0;
  for (std::size_t i = 0; i < total; ++i) {
    if (!seen(data.hierarchy, i)) continue;
    if (data.arm[i] == arm) active[n++] = static_cast<int>(i);
    if (data.arm[i] == 0) reference[m++] = static_cast<int>(i);
  }
  active = active.first(n);
  reference = reference.first(m);
  const int patients = static_cast<int>(n + m);
  if (n == 0 || m == 0) return failed(Failure::empty_arm, patients);
  if (n == 1 || m == 1) return failed(Failure::too_few_patients, patients);

  auto wins = workspace.reals(0, n), losses = workspace.reals(1, n);
  auto reference_wins = workspace.reals(2, m), reference_losses = workspace.reals(3, m);
  std::fill(reference_wins.begin(), reference_wins.end(), 0.0);
  std::fill(reference_losses.begin(), reference_losses.end(), 0.0);
  WinCounts pairs;
  for (std::size_t i = 0; i < n; ++i) {
    wins[i] = losses[i] = 0;
    for (std::size_t j = 0; j < m; ++j) {
      const int result = compare(data.hierarchy, active[i], reference[j]);
      const double won = result > 0, lost = result < 0;
      wins[i] += won;
      losses[i] += lost;
      reference_losses[j] += won;
      reference_wins[j] += lost;
    }
    pairs.wins += wins[i];
    pairs.losses += losses[i];
  }
  const double all = static_cast<double>(n) * static_cast<double>(m);
  pairs.ties = all - pairs.wins - pairs.losses;
  if (counts != nullptr) *counts = pairs;
  if (pairs.wins + pairs.losses == 0) return undetermined(patients);
  Shares shares{.win = pairs.wins / all, .loss = pairs.losses / all};
  if (pairs.wins == 0 || pairs.losses == 0) {
    for (std::size_t i = 0; i < n; ++i) wins[i] -= losses[i];
    for (std::size_t j = 0; j < m; ++j) reference_wins[j] -= reference_losses[j];
    const double score = finkelstein_schoenfeld(data.hierarchy, active, reference, wins, reference_wins, workspace);
    const double information = (pairs.wins + pairs.losses) / all;
    const StratumOfPairs arms{static_cast<double>(n), static_cast<double>(m), 1 / std::sqrt(information)};
    const double share = pairs.wins > 0 ? 1 : 0;
    const auto interval =
        win_share_interval(share, {&arms, 1}, workspace.critical_value(normal_df, 1 - inference.level));
    return one_ended(score, logit_of(share > 0 ? interval.lower : interval.upper), patients, inference);
  }
  add_spread(wins, losses, static_cast<double>(m), shares);
  add_spread(reference_losses, reference_wins, static_cast<double>(n), shares);
  const double variance = shares.var_win / (shares.win * shares.win) + shares.var_loss / (shares.loss * shares.loss) -
                          2 * shares.covariance / (shares.win * shares.loss);
  return wald(log_of(pairs.wins / pairs.losses), std::sqrt(std::max(0.0, variance)), normal_df, patients, inference,
              workspace);
}

void fit_win_ratio(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                   std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return win_ratio(data, arm, inference, workspace); });
}

}  // namespace vcohort::analysis
