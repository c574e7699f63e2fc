#include "engine/trial/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/data_model/frailty.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/trial/accrual.hpp"

namespace vcohort {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// The futures of one trial: what stays the same in all of them, and the room that each needs.
class Future {
 public:
  Future(const RunningTrial& trial, std::uint64_t seed)
      : trial_(trial),
        seed_(seed),
        accrual_(trial.accrual),
        patients_(static_cast<std::size_t>(trial.at_risk + trial.to_come)) {
    std::iota(patients_.begin(), patients_.end(), std::uint64_t{0});
    for (std::vector<double>& times : exponentials_) times.resize(patients_.size());
  }

  /// Months from today to each event, ascending, in future number `draw`.
  const std::vector<double>& event_months(std::uint32_t draw) {
    draw_exponentials(draw);
    const double hazard = trial_.events / trial_.followed_months *
                          gamma_variable(1 / trial_.events, seed_, draw, Address::whole_replicate, Purpose::forecast);
    const double seen_by_today = accrual_.patients_until(trial_.month);
    double arrived = 0;
    months_.clear();
    for (std::size_t i = 0; i < patients_.size(); ++i) {
      const double event = exponentials_[0][i] / hazard;
      double entry = 0;
      if (static_cast<std::int64_t>(i) >= trial_.at_risk) {
        arrived += accrual_.by_chance() ? exponentials_[2][i] : 1;
        entry = accrual_.months_until(seen_by_today + arrived) - trial_.month;
      }
      if (event * trial_.lost_per_month <= exponentials_[1][i]) months_.push_back(entry + event);
    }
    std::sort(months_.begin(), months_.end());
    return months_;
  }

 private:
  void draw_exponentials(std::uint32_t draw) {
    TileAddress address;
    address.seed = seed_;
    address.replicate = draw;
    address.purpose = Purpose::forecast;
    const std::array<double*, 3> out = {exponentials_[0].data(), exponentials_[1].data(), exponentials_[2].data()};
    tile_uniforms(address, patients_.data(), static_cast<int>(patients_.size()), static_cast<int>(out.size()),
                  out.data());
    for (std::vector<double>& times : exponentials_) {
      log_of(times, times);
      for (double& time : times) time = -time;
    }
  }

  const RunningTrial& trial_;
  std::uint64_t seed_;
  AccrualProfile accrual_;
  std::vector<std::uint64_t> patients_;
  std::array<std::vector<double>, 3> exponentials_;  // to event, to loss, since the last arrival
  std::vector<double> months_;
};

WithError quantile_of(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const auto at = [&](double rank) { return sorted[static_cast<std::size_t>(std::clamp(rank, 0.0, n - 1))]; };
  const double spread = __builtin_sqrt(n * p * (1 - p));
  const double low = at(n * p - spread), high = at(n * p + spread);
  return {at(n * p), high < never ? (high - low) / 2 : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

std::vector<EventForecast> forecast_events(const RunningTrial& trial, std::span<const double> events,
                                           std::uint64_t seed, std::uint32_t draws) {
  require(trial.events > 0 && trial.followed_months > 0, "a forecast needs events and follow-up");
  std::vector<std::vector<double>> months(events.size());  // [number of events][future]
  Future future(trial, seed);
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    const std::vector<double>& happened = future.event_months(draw);
    for (std::size_t k = 0; k < events.size(); ++k) {
      require(events[k] > trial.events, "those events have happened");
      const auto more = static_cast<std::size_t>(events[k] - trial.events);
      months[k].push_back(more <= happened.size() ? trial.month + happened[more - 1] : never);
    }
  }
  std::vector<EventForecast> forecasts;
  for (std::size_t k = 0; k < events.size(); ++k) {
    std::sort(months[k].begin(), months[k].end());
    const auto reached = std::lower_bound(months[k].begin(), months[k].end(), never) - months[k].begin();
    constexpr double tail = (1 - forecast_level) / 2;
    forecasts.push_back({events[k], quantile_of(months[k], 0.5), quantile_of(months[k], tail),
                         quantile_of(months[k], 1 - tail), share_of(static_cast<double>(reached), draws)});
  }
  return forecasts;
}

}  // namespace vcohort
