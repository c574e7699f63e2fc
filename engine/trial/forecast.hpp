#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"
#include "engine/trial/with_error.hpp"

/// When a running event-driven trial will have so many events.
///
/// All patients, of whatever arm, have one hazard that is constant in time. After d events in T patient-months it is
/// gamma(d, T), what the data say with a prior of 1 / hazard; those at risk and those still to come have their events
/// at that hazard unless they are lost before. With everybody at risk and nobody lost, and a look on the day of an
/// event, the interval covers exactly what it says: the waiting time to the k-th of n events is -log(1 - B) T / G with
/// B ~ beta(k, n - k + 1), G ~ gamma(d), a sum of exponential spacings (Lawless, Canadian Journal of Statistics 1
/// (1973) 213; Bagiella and Heitjan, Statistics in Medicine 20 (2001) 2055).
namespace vcohort {

struct RunningTrial {
  double month = 0;            // today, since the first day of accrual
  double events = 0;           // d, above 0
  double followed_months = 0;  // T, patient-months
  std::int64_t at_risk = 0;    // followed today without an event
  std::int64_t to_come = 0;    // patients who are still to be randomised, ...
  Accrual accrual;             // ... by the rates that it has from today on
  double lost_per_month = 0;   // hazard of being lost
};

/// The month of an event, since the first day of accrual: infinite where that many may never happen.
struct EventForecast {
  double events = 0;
  WithError median, lower, upper;  // quantiles 0.5, 0.025 and 0.975; the error of one beside infinity is missing
  WithError reached;               // the probability that so many happen
};

inline constexpr double forecast_level = 0.95;
inline constexpr std::uint32_t forecast_draws = 10'000;

/// Forecasts of these numbers of events, each above those that there were; by `draws` futures. A future draws the
/// hazard as a gamma_variable from Purpose::forecast at Address::whole_replicate, and of each patient one block at
/// occasion 0: time to event, time to loss, and the time since the last arrival, which only Poisson accrual uses. The
/// error of a quantile is half the distance of the order statistics one binomial standard deviation to its sides.
std::vector<EventForecast> forecast_events(const RunningTrial&, std::span<const double> events, std::uint64_t seed,
                                           std::uint32_t draws = forecast_draws);

}  // namespace vcohort
