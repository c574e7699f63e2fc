#include "engine/data_model/stated_effects.hpp"

#include <algorithm>

#include "engine/data_model/event_times.hpp"
#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

constexpr double months_per_year = 12;

double ratio_in(std::span<const double> ratio, std::span<const double> from_months, double months) {
  std::size_t piece = 0;
  while (piece + 1 < ratio.size() && from_months[piece + 1] <= months) ++piece;
  return ratio[piece];
}

/// Where pieces of either begin, ascending.
std::vector<double> starts_of(std::span<const double> one, std::span<const double> other) {
  std::vector<double> starts(one.begin(), one.end());
  starts.insert(starts.end(), other.begin(), other.end());
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

}  // namespace

double hazard_by_survival(double survival, double months, double shape) {
  return -log_of(survival) / (shape == 1 ? months : pow_of(months, shape));
}

double hazard_by_yearly_share(double share) {
  return -log_of(1 - share) / months_per_year;
}

void multiply_hazard(const DataModel::DataArm& reference, std::span<const double> ratio,
                     std::span<const double> from_months, DataModel::DataArm& arm) {
  arm.shape = reference.shape;
  arm.hazard_from_months = starts_of(reference.hazard_from_months, from_months);
  arm.hazard.clear();
  for (const double start : arm.hazard_from_months)
    arm.hazard.push_back(hazard_of_piece(reference, start) * ratio_in(ratio, from_months, start));
}

DataModel with_effects_times(const DataModel& model, int reference, double factor) {
  DataModel changed = model;
  for (DataModel& endpoint : changed.endpoints)
    if (!endpoint.is_composite()) endpoint = with_effects_times(endpoint, reference, factor);
  if (!model.endpoints.empty()) return changed;
  const DataModel::DataArm& from = model.arms.at(static_cast<std::size_t>(reference));
  const auto between = [factor](const std::vector<double>& base, std::vector<double>& values) {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = base[k] + factor * (values[k] - base[k]);
  };
  const auto times_power = [factor](double base, double value) {
    return base > 0 && value > 0 ? base * pow_of(value / base, factor) : value;
  };
  for (DataModel::DataArm& arm : changed.arms) {
    between(from.mean, arm.mean);
    between(from.share, arm.share);
    arm.rate = times_power(from.rate, arm.rate);
    if (arm.hazard.empty() || arm.shape != from.shape) continue;
    const DataModel::DataArm stated = arm;
    arm.hazard_from_months = starts_of(from.hazard_from_months, stated.hazard_from_months);
    arm.hazard.clear();
    for (const double start : arm.hazard_from_months)
      arm.hazard.push_back(times_power(hazard_of_piece(from, start), hazard_of_piece(stated, start)));
  }
  return changed;
}

double share_by_odds_ratio(double share, double odds_ratio) {
  return odds_ratio * share / (1 - share + odds_ratio * share);
}

std::vector<double> categories_by_odds_ratio(std::span<const double> shares, double odds_ratio) {
  std::vector<double> shifted;
  double below = 0, below_shifted = 0;
  for (std::size_t c = 0; c + 1 < shares.size(); ++c) {
    below += shares[c];
    const double until = 1 - share_by_odds_ratio(std::max(0.0, 1 - below), odds_ratio);
    shifted.push_back(std::max(0.0, until - below_shifted));
    below_shifted = until;
  }
  shifted.push_back(1 - below_shifted);
  return shifted;
}

}  // namespace vcohort
