#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/data_model/correlation.hpp"
#include "engine/data_model/data_model.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/data_model/frailty.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {
namespace {

constexpr double mcse_allowed = 4.5;
constexpr std::size_t many = 200000;

std::vector<std::uint64_t> patients() {
  std::vector<std::uint64_t> ids(many);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  return ids;
}

DataModel two_arms(OutcomeKind kind, std::vector<double> visits) {
  DataModel model;
  model.kind = kind;
  model.visits_months = std::move(visits);
  model.arms.resize(2);
  return model;
}

TEST(DataModel, NormalOutcomesHaveTheirMeansAndCovariance) {
  DataModel model = two_arms(OutcomeKind::score, {0, 1, 2, 3, 6, 12});
  model.correlation.assign(6, std::vector<double>(6));
  for (std::size_t v = 0; v < 6; ++v)
    for (std::size_t w = 0; w < 6; ++w)
      model.correlation[v][w] = std::pow(0.6, std::fabs(static_cast<double>(v) - static_cast<double>(w)));
  for (auto& arm : model.arms) {
    arm.mean = {0, 1, 2, 3, 4, 5};
    arm.sd = {1, 1, 1, 2, 2, 2};
  }
  DataOutcomes outcomes(model);
  outcomes.prepare(3, 1, patients());
  std::vector<std::vector<double>> y(6, std::vector<double>(many));
  for (std::size_t v = 0; v < 6; ++v) outcomes.outcome(0, v, 0, y[v].data());
  for (std::size_t v = 0; v < 6; ++v)
    for (std::size_t w = 0; w <= v; ++w) {
      double product = 0;
      for (std::size_t i = 0; i < many; ++i)
        product += (y[v][i] - model.arms[0].mean[v]) * (y[w][i] - model.arms[0].mean[w]);
      const double scale = model.arms[0].sd[v] * model.arms[0].sd[w], rho = model.correlation[v][w];
      EXPECT_NEAR(product / many, scale * rho, mcse_allowed * scale * std::sqrt((1 + rho * rho) / many));
    }
}

/// Two binary outcomes with share 1/2 each and latent correlation r agree with probability 1/2 + asin(r)/pi (Sheppard
/// 1899).
TEST(DataModel, BinaryOutcomesAreCorrelatedThroughLatentNormals) {
  DataModel model = two_arms(OutcomeKind::binary, {6, 12});
  model.correlation = {{1, 0.5}, {0.5, 1}};
  for (auto& arm : model.arms) arm.share = {0.5, 0.5};
  DataOutcomes outcomes(model);
  outcomes.prepare(3, 1, patients());
  std::vector<double> first(many), second(many);
  outcomes.outcome(0, 0, 0, first.data());
  outcomes.outcome(0, 1, 0, second.data());
  double agree = 0;
  for (std::size_t i = 0; i < many; ++i) agree += first[i] == second[i];
  EXPECT_NEAR(agree / many, 2.0 / 3, mcse_allowed * std::sqrt(2.0 / 9 / many));
}

TEST(DataModel, PiecewiseHazards) {
  DataModel::DataArm arm;
  arm.hazard = {0.1, 0.0, 0.5};
  arm.hazard_from_months = {0, 5, 10};
  EXPECT_DOUBLE_EQ(time_at_hazard(arm, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(time_at_hazard(arm, 1.0), 11.0);
  arm.hazard = {0.1, 0.0};
  arm.hazard_from_months = {0, 5};
  EXPECT_TRUE(std::isinf(time_at_hazard(arm, 1.0)));
}

TEST(DataModel, FrailtyIsGammaWithMeanOne) {
  for (const double variance : {0.25, 1.0, 2.0}) {
    double sum = 0, squares = 0;
    for (std::uint64_t patient = 0; patient < many; ++patient) {
      const double g = gamma_frailty(variance, 5, 0, patient);
      sum += g;
      squares += g * g;
    }
    const double mean = sum / many, spread = squares / many - mean * mean;
    EXPECT_NEAR(mean, 1, mcse_allowed * std::sqrt(variance / many));
    // Var(s^2) = (mu4 - sigma^4)/n, mu4 = 3 sigma^4 (1 + 2 sigma^2) for a gamma of mean one.
    EXPECT_NEAR(spread, variance, mcse_allowed * variance * std::sqrt((2 + 6 * variance) / many));
  }
}

/// Events of a frail patient come as in a Poisson process: counts of a part s of the period are negative binomial with
/// the dispersion of the whole, and Cov(N(s), N(t) - N(s)) = k lambda^2 s (t - s).
TEST(DataModel, CountsAreAProcess) {
  DataModel model = two_arms(OutcomeKind::count, {});
  constexpr double rate = 0.4, k = 0.7, follow_up = 10, s = 4;
  model.follow_up_months = follow_up;
  for (auto& arm : model.arms) {
    arm.rate = rate;
    arm.dispersion = k;
  }
  DataOutcomes outcomes(model);
  outcomes.prepare(11, 4, patients());
  const std::vector<double> part(many, s), whole(many, follow_up), nothing(many, 0.0);
  std::vector<double> early(many), all(many), none(many);
  outcomes.counts(0, part.data(), early.data());
  outcomes.counts(0, whole.data(), all.data());
  outcomes.counts(0, nothing.data(), none.data());
  double mean = 0, square = 0, late = 0, product = 0, zeros = 0, fourth = 0;
  for (std::size_t i = 0; i < many; ++i) {
    ASSERT_LE(early[i], all[i]);
    ASSERT_EQ(none[i], 0);
    mean += early[i] / many;
    late += (all[i] - early[i]) / many;
    zeros += early[i] == 0;
  }
  for (std::size_t i = 0; i < many; ++i) {
    const double d = early[i] - mean;
    square += d * d / many;
    fourth += d * d * d * d / many;
    product += d * (all[i] - early[i] - late) / many;
  }
  const double m = rate * s, variance = m + k * m * m;
  EXPECT_NEAR(mean, m, mcse_allowed * std::sqrt(variance / many));
  EXPECT_NEAR(square, variance, mcse_allowed * std::sqrt((fourth - variance * variance) / many));
  EXPECT_NEAR(zeros / many, std::pow(1 + k * m, -1 / k), mcse_allowed * std::sqrt(0.25 / many));
  const double rest = rate * (follow_up - s), of_rest = rest + k * rest * rest;
  EXPECT_NEAR(product, k * rate * rate * s * (follow_up - s), mcse_allowed * std::sqrt(3 * variance * of_rest / many));
}

/// One uniform per event, four to a block; above 4,096 events one in all.
TEST(DataModel, EventsWithinDrawsAUniformEach) {
  const auto time = [](std::uint64_t patient, int event) {
    const auto block = static_cast<std::uint16_t>(event / 4);
    return uniforms_at(5, {2, patient, Purpose::event_time, 0, block})[static_cast<std::size_t>(event % 4)];
  };
  for (const int events : {0, 1, 3, 4, 5, 17})
    for (const double part : {0.0, 0.2, 0.7, 1.0}) {
      double within = 0;
      for (int event = 0; event < events; ++event) within += time(9, event) <= part;
      EXPECT_EQ(events_within(part, events, 5, 2, 9), within) << events << ' ' << part;
    }
  double sum = 0, squares = 0, before = 0;
  constexpr double lots = 10'000, part = 0.3;
  constexpr std::size_t n = 4'000;
  for (std::uint64_t patient = 0; patient < n; ++patient) {
    const double within = events_within(part, lots, 5, 2, patient);
    sum += within / n;
    squares += within * within / n;
  }
  EXPECT_NEAR(sum, lots * part, mcse_allowed * std::sqrt(lots * part * (1 - part) / n));
  EXPECT_NEAR(squares - sum * sum, lots * part * (1 - part),
              mcse_allowed * lots * part * (1 - part) * std::sqrt(2.0 / n));
  for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    const double within = events_within(share, lots, 5, 2, 1);
    EXPECT_GE(within, before);
    before = within;
  }
  EXPECT_EQ(before, lots);
}

TEST(DataModel, PoissonByInversion) {
  EXPECT_EQ(poisson_events(2, 0.1353), 0);  // e^-2 = .135335
  EXPECT_EQ(poisson_events(2, 0.1354), 1);
  EXPECT_EQ(poisson_events(2, 0.4061), 2);  // 3 e^-2 = .406006
  for (const double u : {0.01, 0.5, 0.99}) EXPECT_LE(poisson_events(499.9, u), poisson_events(500.1, u) + 1);
}

TEST(DataModel, TwinsShareTheirLuck) {
  DataModel model = two_arms(OutcomeKind::ordinal, {12});
  model.arms[0].share = {0.2, 0.3, 0.5};
  model.arms[1].share = {0.1, 0.2, 0.7};
  DataOutcomes outcomes(model);
  outcomes.prepare(5, 0, patients());
  std::vector<double> low(many), high(many);
  outcomes.outcome(0, 0, 0, low.data());
  outcomes.outcome(1, 0, 0, high.data());
  double of_category[4] = {};
  for (std::size_t i = 0; i < many; ++i) {
    ASSERT_LE(low[i], high[i]);
    of_category[static_cast<int>(low[i])] += 1;
  }
  for (int c = 1; c <= 3; ++c) {
    const double share = model.arms[0].share[static_cast<std::size_t>(c - 1)];
    EXPECT_NEAR(of_category[c] / many, share, mcse_allowed * std::sqrt(share * (1 - share) / many));
  }
}

TEST(DataModel, ImpliedEffects) {
  DataModel model = two_arms(OutcomeKind::score, {0, 12});
  model.correlation = {{1, 0.5}, {0.5, 1}};
  model.arms[0].mean = {0, 0};
  model.arms[1].mean = {0, 1};
  for (auto& arm : model.arms) arm.sd = {1, 1};
  EXPECT_DOUBLE_EQ(*implied_effect(model, 1, 0, 1, EffectScale::mean_difference, false), 1);
  // Changes have variance 1 in either arm, as values have: Phi(1/sqrt 2) = .7602499.
  EXPECT_NEAR(*implied_effect(model, 1, 0, 1, EffectScale::superiority_share, true), 0.2602499389, 1e-10);
  EXPECT_FALSE(implied_effect(model, 1, 0, 1, EffectScale::log_odds_ratio, false));
}

TEST(DataModel, BinaryOutcomesHaveTheirShares) {
  DataModel model = two_arms(OutcomeKind::binary, {12});
  model.arms[0].share = {0.2};
  model.arms[1].share = {0.9};
  DataOutcomes outcomes(model);
  outcomes.prepare(3, 1, patients());
  std::vector<double> value(many);
  for (int arm = 0; arm < 2; ++arm) {
    outcomes.outcome(arm, 0, 0, value.data());
    const double share = arm == 0 ? 0.2 : 0.9;
    EXPECT_NEAR(std::accumulate(value.begin(), value.end(), 0.0) / many, share,
                mcse_allowed * std::sqrt(share * (1 - share) / many));
  }
}

/// Of shares 0.1, 0.2, 0.7 against 0.2, 0.3, 0.5: 0.2 * 0.2 + 0.7 * 0.5 = 0.39 of the pairs are won, 0.3 * 0.1 + 0.5 *
/// 0.3 = 0.18 lost, and half of the difference is what the win share exceeds one half by.
TEST(DataModel, ImpliedEffectsOfCategories) {
  DataModel model = two_arms(OutcomeKind::ordinal, {12});
  model.arms[0].share = {0.2, 0.3, 0.5};
  model.arms[1].share = {0.1, 0.2, 0.7};
  EXPECT_NEAR(*implied_effect(model, 1, 0, 0, EffectScale::superiority_share, false), 0.105, 1e-15);
  EXPECT_NEAR(*implied_effect(model, 1, 0, 0, EffectScale::log_win_ratio, false), std::log(0.39 / 0.18), 1e-14);
  EXPECT_NEAR(*implied_effect(model, 1, 0, 0, EffectScale::mean_difference, false), 0.3, 1e-15);
}

/// A hazard holds from the month on that it is given for: the ratio is 1/2 before month 6 and 1/4 from then on.
TEST(DataModel, HazardsThatChangeInOneArmHaveNoRatio) {
  DataModel model = two_arms(OutcomeKind::survival, {});
  model.arms[0].hazard = {0.2, 0.4};
  model.arms[0].hazard_from_months = {0, 6};
  model.arms[1].hazard = {0.1};
  EXPECT_FALSE(implied_effect(model, 1, 0, 0, EffectScale::log_hazard_ratio, false));
  model.arms[1].hazard = {0.1, 0.2};
  model.arms[1].hazard_from_months = {0, 6};
  EXPECT_NEAR(*implied_effect(model, 1, 0, 0, EffectScale::log_hazard_ratio, false), std::log(0.5), 1e-15);
}

TEST(DataModel, HoldsItsCallerToACorrelationMatrix) {
  EXPECT_THROW(correlation_factor({{1, 2}, {2, 1}}), InternalError);
  EXPECT_THROW(correlation_factor({{1, 0.2}, {0.3, 1}}), InternalError);
  EXPECT_THROW(correlation_factor({{2, 0}, {0, 1}}), InternalError);
}

TEST(DataModel, StatesTheSpreadOfAnArm) {
  DataModel model = two_arms(OutcomeKind::score, {0, 12});
  model.correlation = {{1, 0.5}, {0.5, 1}};
  model.arms[0].mean = {10, 13};
  model.arms[0].sd = {3, 4};
  EXPECT_EQ(implied_spread(model, 0, 1, false)->sd, 4);
  EXPECT_EQ(implied_spread(model, 0, 1, true)->mean, 3);
  EXPECT_DOUBLE_EQ(implied_spread(model, 0, 1, true)->sd, std::sqrt(9 + 16 - 2 * 0.5 * 3 * 4));
  model.kind = OutcomeKind::ordinal;
  model.arms[0].share = {0.25, 0.5, 0.25};
  EXPECT_EQ(implied_spread(model, 0, 1, false)->mean, 1);
  EXPECT_DOUBLE_EQ(implied_spread(model, 0, 1, false)->sd, std::sqrt(0.5));
  EXPECT_FALSE(implied_spread(model, 0, 1, true));
}

/// Integrals of R's integrate (rel.tol 1e-12) and roots of its uniroot: hazards 0.1 against 0.15 until month 6 and 0.05
/// after it, 24 months; and 0.1 against 0.04, where hazards are proportional and the log-rank estimate is still
/// another.
TEST(DataModel, LimitsOfTimesToEvents) {
  DataModel model = two_arms(OutcomeKind::survival, {});
  model.follow_up_months = 24;
  model.arms[0].hazard = {0.1};
  model.arms[1].hazard = {0.15, 0.05};
  model.arms[1].hazard_from_months = {0, 6};
  const SurvivalLimits crossing = survival_limits(model, 1, 0, 0.5);
  EXPECT_FALSE(crossing.proportional);
  EXPECT_NEAR(*crossing.peto, -0.024340105962537, 1e-11);
  EXPECT_NEAR(*crossing.cox, -0.024350572564814, 1e-11);
  EXPECT_NEAR(*crossing.log_win_ratio, -0.175055598274488, 1e-11);
  const SurvivalLimits two_to_one = survival_limits(model, 1, 0, 2.0 / 3);
  EXPECT_NEAR(*two_to_one.peto, -0.016955937182622, 1e-11);
  EXPECT_NEAR(*two_to_one.cox, -0.016913705406078, 1e-11);
  model.arms[1].hazard = {0.04};
  model.arms[1].hazard_from_months = {0};
  const SurvivalLimits proportional = survival_limits(model, 1, 0, 0.5);
  EXPECT_TRUE(proportional.proportional);
  EXPECT_NEAR(*proportional.peto, -0.95468949075544, 1e-11);
  EXPECT_DOUBLE_EQ(*proportional.cox, std::log(0.4));
  EXPECT_NEAR(*proportional.log_win_ratio, std::log(0.1 / 0.04), 1e-12);
  model.arms[1].hazard = model.arms[0].hazard;
  EXPECT_EQ(*survival_limits(model, 1, 0, 2.0 / 3).peto, 0);
  EXPECT_EQ(*survival_limits(model, 1, 0, 2.0 / 3).log_win_ratio, 0);
}

/// R's integrate (rel.tol 1e-12) of the same hazards, weights of the survival of both arms together.
TEST(DataModel, LimitsOfWeightedLogRankTests) {
  DataModel model = two_arms(OutcomeKind::survival, {});
  model.follow_up_months = 24;
  model.arms[0].hazard = {0.1};
  model.arms[1].hazard = {0.15, 0.05};
  model.arms[1].hazard_from_months = {0, 6};
  const auto expect = [&](double share, const FlemingHarrington& weight, double effect, double drift) {
    const std::optional<WeightedLimit> limit = weighted_limit(model, 1, 0, share, weight);
    ASSERT_TRUE(limit);
    EXPECT_NEAR(limit->log_hazard_ratio, effect, 1e-10);
    EXPECT_NEAR(limit->drift, drift, 1e-10);
  };
  expect(0.5, {0, 0}, -0.0243401059625, -0.0113087571425);
  expect(0.5, {0, 1}, -0.2855054354161, -0.1147892312903);
  expect(0.5, {1, 0}, 0.1759875017550, 0.0747249517689);
  expect(2.0 / 3, {1, 1}, -0.0543460672715, -0.0225684151550);
  expect(0.5, {0.5, 0.5}, -0.0533694066670, -0.0241812090611);
  EXPECT_NEAR(weighted_limit(model, 1, 0, 0.5, {})->log_hazard_ratio, *survival_limits(model, 1, 0, 0.5).peto, 1e-12);
  model.arms[1] = model.arms[0];
  EXPECT_EQ(weighted_limit(model, 1, 0, 0.5, {0, 1})->log_hazard_ratio, 0);
  model.arms[0].hazard = model.arms[1].hazard = {0};
  EXPECT_FALSE(weighted_limit(model, 1, 0, 0.5, {}));
}

/// R's integrate (rel.tol 1e-13) of exp(-cumulative hazard).
TEST(DataModel, SurvivalAndItsRestrictedMean) {
  DataModel::DataArm arm;
  arm.hazard = {0.15, 0.05};
  arm.hazard_from_months = {0, 6};
  EXPECT_NEAR(restricted_mean(arm, 4), 3.00792242603982, 1e-13);
  EXPECT_NEAR(restricted_mean(arm, 18), 7.62499226023939, 1e-13);
  EXPECT_NEAR(survival_at(arm, 18), 0.22313016014843, 1e-14);
  EXPECT_DOUBLE_EQ(survival_at(arm, 6), std::exp(-0.9));
  arm.hazard = {0.1};
  arm.hazard_from_months = {0};
  EXPECT_NEAR(restricted_mean(arm, 18), 8.34701111778413, 1e-13);
  arm.hazard = {0, 1e-9};
  arm.hazard_from_months = {0, 12};
  EXPECT_NEAR(restricted_mean(arm, 18), 18 - 1e-9 * 6 * 6 / 2, 1e-14);
  EXPECT_EQ(survival_at(arm, 12), 1);
  arm.hazard = {0.1};
  arm.hazard_from_months = {0};
  arm.shape = 0.7;
  arm.cured = 0.2;
  EXPECT_NEAR(restricted_mean(arm, 18), 13.0204965722729, 1e-11);
  arm.hazard = {0.01, 0.005};
  arm.hazard_from_months = {0, 6};
  arm.shape = 2.5;
  arm.cured = 0;
  EXPECT_NEAR(restricted_mean(arm, 10), 5.86736407954297, 1e-11);
}

}  // namespace
}  // namespace vcohort
