#include "engine/data_model/truth.hpp"

#include <cmath>
#include <vector>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;

constexpr double same = 1e-9;  // relative difference up to which written numbers count as equal

bool nearly(double a, double b) {
  return std::fabs(a - b) <= same * std::fmax(std::fabs(a), std::fabs(b));
}

/// Shares of the ordered categories of a binary or ordinal outcome.
std::vector<double> categories(const DataModel& model, const DataArm& arm, std::size_t visit) {
  if (model.kind == Kind::binary) return {1 - arm.share[visit], arm.share[visit]};
  return arm.share;
}

std::optional<double> normal_effect(const DataModel& model, const DataArm& arm, const DataArm& reference,
                                    std::size_t visit, EffectScale scale, bool change, double shift) {
  double difference = arm.mean[visit] - reference.mean[visit] + (model.visits_months[visit] > 0 ? shift : 0.0);
  if (change) difference -= arm.mean[0] - reference.mean[0];
  if (scale == EffectScale::mean_difference) return difference;
  if (scale != EffectScale::superiority_share && scale != EffectScale::log_win_ratio) return std::nullopt;
  const double rho = model.correlation.empty() ? (visit == 0 ? 1.0 : 0.0) : model.correlation[visit][0];
  const auto variance = [&](const DataArm& a) {
    const double s = a.sd[visit];
    return change ? s * s + a.sd[0] * a.sd[0] - 2 * rho * s * a.sd[0] : s * s;
  };
  const double higher = normal_cdf(difference / __builtin_sqrt(variance(arm) + variance(reference)));
  return scale == EffectScale::superiority_share ? higher - 0.5 : log_of(higher / (1 - higher));
}

std::optional<double> categorical_effect(const std::vector<double>& arm, const std::vector<double>& reference,
                                         EffectScale scale) {
  if (arm.size() != reference.size()) return std::nullopt;
  double above = 1, reference_above = 1, mean = 0, reference_mean = 0, below = 0, wins = 0, losses = 0,
         reference_below = 0;
  std::optional<double> log_odds_ratio;
  bool proportional = true;
  for (std::size_t c = 0; c < arm.size(); ++c) {
    mean += static_cast<double>(c) * arm[c];
    reference_mean += static_cast<double>(c) * reference[c];
    wins += arm[c] * reference_below;
    losses += reference[c] * below;
    below += arm[c];
    reference_below += reference[c];
    above -= arm[c];
    reference_above -= reference[c];
    if (c + 1 == arm.size()) break;
    if (!(above > 0 && above < 1 && reference_above > 0 && reference_above < 1)) {
      proportional = false;
      continue;
    }
    const double here = logit_of(above) - logit_of(reference_above);
    // Shares are written with a few digits, so that odds of a proportional model agree to these digits only.
    constexpr double written = 1e-3;
    if (log_odds_ratio && std::fabs(here - *log_odds_ratio) > written) proportional = false;
    if (!log_odds_ratio) log_odds_ratio = here;
  }
  switch (scale) {
    case EffectScale::mean_difference:
      return mean - reference_mean;
    case EffectScale::risk_difference:
      return arm.size() == 2 ? std::optional(arm[1] - reference[1]) : std::nullopt;
    case EffectScale::log_odds_ratio:
      return proportional ? log_odds_ratio : std::nullopt;
    case EffectScale::superiority_share:
      return (wins - losses) / 2;
    case EffectScale::log_win_ratio:
      return wins > 0 && losses > 0 ? std::optional(log_of(wins / losses)) : std::nullopt;
    case EffectScale::log_hazard_ratio:
    case EffectScale::log_rate_ratio:
      break;
  }
  return std::nullopt;
}

/// The ratio of two piecewise constant hazards, if it is the same at all times.
std::optional<double> log_hazard_ratio(const DataArm& arm, const DataArm& reference) {
  const auto at = [](const DataArm& a, double months) {
    double hazard = a.hazard.front();
    for (std::size_t k = 1; k < a.hazard.size(); ++k)
      if (a.hazard_from_months[k] <= months) hazard = a.hazard[k];
    return hazard;
  };
  std::vector<double> starts{0.0};
  for (const DataArm* a : {&arm, &reference})
    starts.insert(starts.end(), a->hazard_from_months.begin(), a->hazard_from_months.end());
  std::optional<double> ratio;
  for (double months : starts) {
    const double below = at(reference, months), above = at(arm, months);
    if (below == 0 && above == 0) continue;
    if (below <= 0 || above <= 0 || (ratio && !nearly(above / below, *ratio))) return std::nullopt;
    ratio = above / below;
  }
  return ratio ? std::optional(log_of(*ratio)) : std::nullopt;
}

}  // namespace

std::optional<double> implied_effect(const DataModel& model, int arm_index, int reference_index, std::size_t visit,
                                     EffectScale scale, bool change, double shift) {
  const DataArm& arm = model.arms.at(static_cast<std::size_t>(arm_index));
  const DataArm& reference = model.arms.at(static_cast<std::size_t>(reference_index));
  switch (model.kind) {
    case Kind::score:
      return normal_effect(model, arm, reference, visit, scale, change, shift);
    case Kind::binary:
    case Kind::ordinal:
      if (change && scale != EffectScale::mean_difference) return std::nullopt;
      return categorical_effect(categories(model, arm, visit), categories(model, reference, visit), scale);
    case Kind::survival:
      return scale == EffectScale::log_hazard_ratio ? log_hazard_ratio(arm, reference) : std::nullopt;
    case Kind::count:
      if (scale == EffectScale::log_rate_ratio) return log_of(arm.rate / reference.rate);
      if (scale == EffectScale::mean_difference) return (arm.rate - reference.rate) * model.follow_up_months;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace vcohort
