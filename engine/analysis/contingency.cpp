#include "engine/analysis/contingency.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>

#include "engine/analysis/elementary.hpp"
#include "engine/analysis/weights_outward.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

double real(std::int64_t count) {
  return static_cast<double>(count);
}

/// Events of one arm: how far their mean is from the most that is possible, and their variance.
struct Moments {
  double below_most = 0, variance = 0;
};

/// Those of the noncentral hypergeometric distribution, which holds all margins of a table. Sums of probabilities from
/// their logarithms, because at odds ratios far from 1 the tail of the central one is what counts.
Moments events_at(const Table2x2& table, double log_odds_ratio, Workspace& workspace) {
  const auto fewest = fewest_events(table);
  const auto most = std::min(table.total_events(), table.patients);
  const double n = real(table.patients), m = real(table.reference_patients), t = real(table.total_events());
  const auto log_weight = workspace.reals(0, static_cast<std::size_t>(most - fewest + 1));
  double largest = log_weight[0] = 0;
  for (std::size_t i = 1; i < log_weight.size(); ++i) {
    const double x = real(fewest) + static_cast<double>(i) - 1;
    log_weight[i] = log_weight[i - 1] + log_of((n - x) * (t - x) / ((x + 1) * (m - t + x + 1))) + log_odds_ratio;
    largest = std::max(largest, log_weight[i]);
  }
  double total = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < log_weight.size(); ++i) {
    const double weight = exp_of(log_weight[i] - largest), x = static_cast<double>(log_weight.size() - 1 - i);
    total += weight;
    first += weight * x;
    second += weight * x * x;
  }
  first /= total;
  return {first, second / total - first * first};
}

Table2x2 with_arms_swapped(const Table2x2& table) {
  return {table.reference_events, table.reference_patients, table.events, table.patients};
}

/// The smallest common log odds ratio that the score test does not reject, where the observed one is +infinity, or with
/// `mirrored` arms -infinity. The score falls from infinity to 0 as the odds ratio grows.
double end_of_score_interval(std::span<const Table2x2> strata, bool mirrored, double critical, Workspace& workspace) {
  const auto excess = [&](double log_odds_ratio) {
    double above_mean = 0, variance = 0;  // every stratum has the most events that its margins allow
    for (const auto& stratum : strata) {
      const auto moments = events_at(mirrored ? with_arms_swapped(stratum) : stratum, log_odds_ratio, workspace);
      above_mean += moments.below_most;
      variance += moments.variance;
    }
    constexpr double far = 1e6;  // an infinite score would stop the solver's interpolation
    return std::clamp(above_mean / std::sqrt(variance), -far, far) - critical;
  };
  double low = 0, high = 0;
  constexpr double furthest = 512;  // a ratio of 1e222: no table of patients reaches it
  for (double step = 1; excess(low) < 0 && low > -furthest; step *= 2) low -= step;
  for (double step = 1; excess(high) > 0 && high < furthest; step *= 2) high += step;
  std::uintmax_t iterations = 200;
  const auto bracket =
      boost::math::tools::toms748_solve(excess, low, high, boost::math::tools::eps_tolerance<double>(48), iterations);
  return (bracket.first + bracket.second) / 2;
}

}  // namespace

std::span<double> hypergeometric_weights(const Table2x2& table, Workspace& workspace) {
  const double n = real(table.patients), m = real(table.reference_patients), t = real(table.total_events());
  const auto fewest = fewest_events(table), most = std::min(table.total_events(), table.patients);
  const auto weights = workspace.reals(0, static_cast<std::size_t>(most - fewest + 1));
  const auto mode = std::clamp(static_cast<std::int64_t>((n + 1) * (t + 1) / (n + m + 2)), fewest, most);
  weights_outward(
      fewest, mode, [n, m, t](double x) { return (n - x) * (t - x) / ((x + 1) * (m - t + x + 1)); }, weights);
  return weights;
}

FisherP fisher_exact(const Table2x2& table, Workspace& workspace) {
  constexpr double tie = 1 + 1e-7;  // tables of equal probability differ by rounding
  const auto weights = hypergeometric_weights(table, workspace);
  const auto observed = static_cast<std::size_t>(table.events - fewest_events(table));
  double total = 0, not_more_probable = 0, below = 0, above = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    total += weights[i];
    if (weights[i] <= weights[observed] * tie) not_more_probable += weights[i];
    if (i <= observed) below += weights[i];
    if (i >= observed) above += weights[i];
  }
  return {std::min(1.0, not_more_probable / total), std::min(1.0, below / total), std::min(1.0, above / total)};
}

double pearson_z(const Table2x2& table) {
  const double n = real(table.patients), m = real(table.reference_patients), events = real(table.total_events());
  const double total = n + m;
  const double excess = real(table.events) - n * events / total;
  // Sum of excess^2 / expected over the four cells, which share one excess.
  const double variance = n * m * events * (total - events) / (total * total * total);
  return excess / std::sqrt(variance);
}

Estimate cochran_mantel_haenszel(std::span<const Table2x2> strata, const Inference& inference, Workspace& workspace) {
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
  if (!(variance > 0)) return undetermined(n);
  const double statistic = excess / std::sqrt(variance);
  if (r_sum == 0 || s_sum == 0) {
    const bool mirrored = r_sum == 0;
    const double end =
        end_of_score_interval(strata, mirrored, workspace.critical_value(normal_df, 1 - inference.level), workspace);
    return one_ended(statistic, mirrored ? -end : end, n, inference);
  }
  const double log_variance = pr / (2 * r_sum * r_sum) + ps_qr / (2 * r_sum * s_sum) + qs / (2 * s_sum * s_sum);
  auto estimate = wald(log_of(r_sum / s_sum), std::sqrt(log_variance), normal_df, n,
                       {.level = inference.level, .p_value = false}, workspace);
  estimate.reference = Reference::score;
  estimate.statistic = statistic;
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

}  // namespace vcohort::analysis
