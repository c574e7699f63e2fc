#include "engine/analysis/boundaries/inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/boundaries/continuing.hpp"
#include "engine/analysis/boundaries/panels.hpp"
#include "engine/analysis/boundaries/root.hpp"
#include "engine/numeric/elementary.hpp"

namespace vcohort::boundaries {

namespace {

/// The bound below which nobody goes on, as far as inference counts on it.
double lower_at(const Bounds& bounds, std::size_t look) {
  const double mirrored = bounds.two_sided ? -bounds.efficacy[look] : -std::numeric_limits<double>::infinity();
  return bounds.binding ? std::max(mirrored, bounds.futility[look]) : mirrored;
}

/// The drift under which a result as favourable has this probability.
double drift_with(const Bounds& bounds, std::size_t look, double z, double probability) {
  const double root = std::sqrt(bounds.information[look]), trend = z / root;
  const auto excess = [&](double drift) { return as_favourable(bounds, look, z, drift) - probability; };
  double reach = 4 / root;
  for (int doublings = 0; doublings < 30 && (excess(trend - reach) > 0 || excess(trend + reach) < 0); ++doublings)
    reach *= 2;
  return root_between(excess, trend - reach, trend + reach);
}

}  // namespace

double as_favourable(const Bounds& bounds, std::size_t look, double z, double drift) {
  Continuing trials(drift);
  double better = 0, worse = 0;
  for (std::size_t k = 0; k < look; ++k) {
    const double lower = lower_at(bounds, k);
    better += trials.above(bounds.information[k], bounds.efficacy[k]);
    worse += trials.below(bounds.information[k], lower);
    trials.keep(bounds.information[k], lower, bounds.efficacy[k], bounds.information[k + 1]);
  }
  const double t = bounds.information[look];
  const bool reversed = bounds.two_sided && z <= -bounds.efficacy[look];
  return reversed ? 1 - worse - trials.below(t, z) : better + trials.above(t, z);
}

Inference after_stop(const Bounds& bounds, std::size_t look, double z, double level) {
  const double root = std::sqrt(bounds.information[look]);
  Inference found;
  found.p = as_favourable(bounds, look, z, 0);
  found.estimate = drift_with(bounds, look, z, 0.5);
  found.lower = drift_with(bounds, look, z, level);
  found.upper = drift_with(bounds, look, z, 1 - level);
  found.repeated_lower = (z - bounds.efficacy[look]) / root;
  found.repeated_upper = (z + bounds.efficacy[look]) / root;
  return found;
}

double conditional_power(const Bounds& bounds, std::size_t look, double z, double drift) {
  const double now = bounds.information[look];
  Continuing trials(drift, now, z * std::sqrt(now));
  double power = 0;
  for (std::size_t k = look + 1; k < bounds.looks(); ++k) {
    power += trials.above(bounds.information[k], bounds.efficacy[k]);
    if (k + 1 < bounds.looks())
      trials.keep(bounds.information[k], lower_at(bounds, k), bounds.efficacy[k], bounds.information[k + 1]);
  }
  return power;
}

double predictive_power(const Bounds& bounds, std::size_t look, double z, double prior_mean, double prior_sd) {
  constexpr double one_by_sqrt_two_pi = 0x1.9884533d43651p-2;
  constexpr double furthest = 9, sds_per_panel = 4;
  const double now = bounds.information[look], ahead = bounds.information.back() - now;
  const double prior = prior_sd > 0 ? 1 / (prior_sd * prior_sd) : 0;
  const double precision = prior + now, sd = 1 / std::sqrt(precision);
  const double mean = (z * std::sqrt(now) + prior_mean * prior) / precision;
  const double finest = std::min(sd, 1 / std::sqrt(ahead));  // of the posterior, and of the power as the drift moves
  const Panels drifts = panels(mean - furthest * sd, mean + furthest * sd, sds_per_panel * finest);
  double power = 0;
  for (std::size_t k = 0; k < drifts.place.size(); ++k) {
    const double x = (drifts.place[k] - mean) / sd;
    const double density = one_by_sqrt_two_pi / sd * exp_of(-0.5 * x * x);
    power += drifts.weight[k] * density * conditional_power(bounds, look, z, drifts.place[k]);
  }
  return power;
}

}  // namespace vcohort::boundaries
