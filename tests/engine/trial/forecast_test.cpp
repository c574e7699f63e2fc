#include "engine/trial/forecast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "engine/data_model/frailty.hpp"
#include "engine/random/tile_draws.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

RunningTrial everybody_at_risk() {
  return {.month = 10, .events = 40, .followed_months = 800, .at_risk = 60, .accrual = {}};
}

RunningTrial half_enrolled(Accrual::Kind kind) {
  return {.month = 10,
          .events = 30,
          .followed_months = 500,
          .at_risk = 70,
          .to_come = 50,
          .accrual = {kind, {{0, 5}}, false},
          .lost_per_month = 0.01};
}

EventForecast forecast(const RunningTrial& trial, double events, std::uint32_t draws = forecast_draws) {
  return forecast_events(trial, std::array{events}, 11, draws).front();
}

/// `error`: the standard error of the number that it is held against.
void expect_near(const WithError& found, double expected, double error) {
  EXPECT_NEAR(found.value, expected, mcse_allowed * std::hypot(found.mcse, error));
}

/// R: the mean over gamma(40, 800) of pbeta(1 - exp(-hazard w), 20, 41), solved for w; 20 more events of 60 patients.
TEST(Forecast, EverybodyEnrolledIsTheClosedForm) {
  const EventForecast found = forecast(everybody_at_risk(), 60);
  expect_near(found.lower, 10 + 4.53800180, 0);
  expect_near(found.median, 10 + 7.95659723, 0);
  expect_near(found.upper, 10 + 13.50443226, 0);
  EXPECT_EQ(found.reached.value, 1);
}

/// R: 100,000 futures by rgamma and rexp. Their error is sqrt(1/10) of that of 10,000.
TEST(Forecast, AccrualAndLosses) {
  const auto expect = [](const RunningTrial& trial, double events, std::array<double, 3> quantiles) {
    const EventForecast found = forecast(trial, events);
    const double share = std::sqrt(0.1);
    expect_near(found.lower, quantiles[0], share * found.lower.mcse);
    expect_near(found.median, quantiles[1], share * found.median.mcse);
    expect_near(found.upper, quantiles[2], share * found.upper.mcse);
  };
  expect(half_enrolled(Accrual::Kind::constant), 80, {18.487400, 21.988037, 28.169685});
  expect(half_enrolled(Accrual::Kind::constant), 110, {25.908522, 33.914884, 50.897873});
  expect(half_enrolled(Accrual::Kind::poisson), 80, {18.361690, 22.018695, 28.199997});
}

/// The one patient at risk has the event before the loss in E[hazard / (hazard + 0.05)] of the futures, hazard of
/// gamma(4, 80): 0.4707477 by R's integrate.
TEST(Forecast, EventsMayRunOut) {
  const RunningTrial trial{
      .month = 3, .events = 4, .followed_months = 80, .at_risk = 1, .accrual = {}, .lost_per_month = 0.05};
  const EventForecast found = forecast(trial, 5);
  expect_near(found.reached, 0.4707477, 0);
  EXPECT_TRUE(std::isinf(found.upper.value));
  EXPECT_TRUE(std::isnan(found.upper.mcse));
  EXPECT_EQ(forecast(trial, 6).reached.value, 0);
}

/// A future is one gamma variable of the replicate and one block of each patient, whatever else is asked.
TEST(Forecast, AFutureIsReplayedFromItsAddresses) {
  constexpr std::uint64_t seed = 11;
  RunningTrial trial = half_enrolled(Accrual::Kind::poisson);
  trial.at_risk = 1;
  trial.to_come = 5;
  const double hazard = 30.0 / 500 * gamma_variable(1.0 / 30, seed, 0, Address::whole_replicate, Purpose::forecast);
  double arrived = 0, last = 0;
  int events = 0;
  for (std::uint64_t patient = 0; patient < 6; ++patient) {
    const std::array<double, 4> u = uniforms_at(seed, {0, patient, Purpose::forecast, 0, 0});
    if (patient > 0) arrived -= std::log(u[2]) / 5;
    if (-std::log(u[0]) / hazard > -std::log(u[1]) / trial.lost_per_month) continue;
    ++events;
    last = std::max(last, arrived - std::log(u[0]) / hazard);
  }
  ASSERT_TRUE(0 < events && events < 6) << "choose another seed, with which some are lost";
  EXPECT_NEAR(forecast(trial, 30 + events, 1).median.value, 10 + last, 1e-9);
  EXPECT_EQ(forecast(trial, 31 + events, 1).reached.value, 0);
}

/// Trials of 60 patients that are looked at on the day of their 15th event; the 40th comes within the interval in 95 %
/// of them. 400 trials: the chance of a false alarm is below 1e-5.
TEST(Forecast, IntervalCoversWhatItSays) {
  std::mt19937_64 random(5);
  std::exponential_distribution<double> time(0.07);
  constexpr int trials = 400;
  int covered = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::array<double, 60> months;
    for (double& month : months) month = time(random);
    std::sort(months.begin(), months.end());
    RunningTrial running{.month = months[14], .events = 15, .followed_months = 0, .at_risk = 45, .accrual = {}};
    for (const double month : months) running.followed_months += std::min(month, running.month);
    const EventForecast found = forecast(running, 40, 1000);
    covered += found.lower.value <= months[39] && months[39] <= found.upper.value;
  }
  EXPECT_NEAR(covered / double{trials}, 0.95, mcse_allowed * std::sqrt(0.95 * 0.05 / trials));
}

}  // namespace
}  // namespace vcohort::test
