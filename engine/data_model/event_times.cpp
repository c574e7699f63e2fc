#include "engine/data_model/event_times.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"

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

/// (1 - e^-x) / x, the mean of e^-u over u from 0 to x, x >= 0; relative error below 1e-12.
double mean_of_decay(double x) {
  constexpr double small = 1e-3;
  if (x < small) return 1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5)));
  return (1 - exp_of(-x)) / x;
}

/// The integral of e^-(hazard (t^shape - from^shape)) over a piece. At t = y^stretch it is smooth at 0.
double area_of_piece(const DataArm& arm, double hazard, double from, double to) {
  if (arm.shape == 1) return (to - from) * mean_of_decay(hazard * (to - from));
  constexpr double smooth_power = 4;
  const double stretch = smooth_power / std::min(1.0, arm.shape), start = stretched(arm, from);
  return integral_of(
      [&](double y) {
        const double t = pow_of(y, stretch);
        return stretch * t / y * exp_of(-hazard * (stretched(arm, t) - start));
      },
      pow_of(from, 1 / stretch), pow_of(to, 1 / stretch));
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

double restricted_mean(const DataArm& arm, double months) {
  double cumulative = 0, area = 0;
  for (std::size_t k = 0; k < arm.hazard.size() && beginning(arm, k) < months; ++k) {
    const double from = beginning(arm, k);
    const double to = k + 1 < arm.hazard.size() ? std::min(months, beginning(arm, k + 1)) : months;
    area += exp_of(-cumulative) * area_of_piece(arm, arm.hazard[k], from, to);
    cumulative += arm.hazard[k] * (stretched(arm, to) - stretched(arm, from));
  }
  return arm.cured * months + (1 - arm.cured) * area;
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
