#include "engine/data_model/event_times.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

using DataArm = DataModel::DataArm;

constexpr double never = std::numeric_limits<double>::infinity();

double beginning(const DataArm& arm, std::size_t piece) {
  return arm.hazard_from_months.empty() ? 0.0 : arm.hazard_from_months[piece];
}

/// The time in which hazards are constant.
double stretched(const DataArm& arm, double months) {
  return arm.shape == 1 ? months : pow_of(months, arm.shape);
}

double months_of(const DataArm& arm, double stretched_time) {
  return arm.shape == 1 ? stretched_time : pow_of(stretched_time, 1 / arm.shape);
}

}  // namespace

double hazard_of_piece(const DataArm& arm, double months) {
  double hazard = arm.hazard.front();
  for (std::size_t k = 1; k < arm.hazard.size(); ++k)
    if (arm.hazard_from_months[k] <= months) hazard = arm.hazard[k];
  return hazard;
}

double cumulative_hazard(const DataArm& arm, double months) {
  double hazard = 0;
  for (std::size_t k = 0; k < arm.hazard.size() && beginning(arm, k) < months; ++k) {
    const bool last = k + 1 == arm.hazard.size();
    const double until = last ? months : std::min(months, beginning(arm, k + 1));
    hazard += arm.hazard[k] * (stretched(arm, until) - stretched(arm, beginning(arm, k)));
  }
  return hazard;
}

double survival_at(const DataArm& arm, double months) {
  return arm.cured + (1 - arm.cured) * exp_of(-cumulative_hazard(arm, months));
}

double hazard_at(const DataArm& arm, double months) {
  double hazard = hazard_of_piece(arm, months);
  if (arm.shape != 1) {
    if (months <= 0) return arm.shape > 1 || hazard == 0 ? 0.0 : never;
    hazard *= arm.shape * pow_of(months, arm.shape - 1);
  }
  if (arm.cured == 0) return hazard;
  const double not_yet = (1 - arm.cured) * exp_of(-cumulative_hazard(arm, months));
  return hazard * not_yet / (arm.cured + not_yet);
}

double time_at_hazard(const DataArm& arm, double hazard_to_reach) {
  double left = hazard_to_reach;
  for (std::size_t k = 0; k < arm.hazard.size(); ++k) {
    const double from = stretched(arm, beginning(arm, k));
    const bool last = k + 1 == arm.hazard.size();
    const double length = last ? never : stretched(arm, arm.hazard_from_months[k + 1]) - from;
    if (arm.hazard[k] > 0 && left <= arm.hazard[k] * length) return months_of(arm, from + left / arm.hazard[k]);
    if (!last) left -= arm.hazard[k] * length;
  }
  return never;
}

double time_at_survival(const DataArm& arm, double share) {
  if (arm.cured == 0) return time_at_hazard(arm, -log_of(share));
  if (share <= arm.cured) return never;
  return time_at_hazard(arm, -log_of((share - arm.cured) / (1 - arm.cured)));
}

}  // namespace vcohort
