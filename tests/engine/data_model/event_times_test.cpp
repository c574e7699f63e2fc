#include "engine/data_model/event_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/data_model/data_model.hpp"
#include "engine/data_model/stated_effects.hpp"
#include "engine/data_model/truth.hpp"
#include "tests/engine/data_model/event_law.hpp"

namespace vcohort {
namespace {

using DataArm = DataModel::DataArm;

constexpr double mcse_allowed = 4.5;
constexpr std::size_t many = 200000;

using test::arm_of;

/// Constant, falling, rising with cured patients, crossing, and all of it at once.
std::vector<DataArm> laws() {
  return {arm_of({0.06}, {0}), arm_of({std::pow(14.0, -0.6)}, {0}, 0.6), arm_of({std::pow(14.0, -1.8)}, {0}, 1.8, 0.25),
          arm_of({0.12, 0.03}, {0, 5}), arm_of({0.02, 0.05, 0.01}, {0, 3, 9}, 1.3, 0.1)};
}

std::vector<double> times_of(const DataArm& arm) {
  DataModel model;
  model.kind = OutcomeKind::survival;
  model.arms = {arm};
  DataOutcomes outcomes(model);
  std::vector<std::uint64_t> patients(many);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  outcomes.prepare(17, 2, patients);
  std::vector<double> times(many);
  outcomes.time_to_event(0, times.data());
  return times;
}

/// R: qweibull(c(.1, .5, .9, .999), shape, scale = 17).
TEST(EventTimes, OfOneShapeAreWeibull) {
  constexpr double shares[] = {0.1, 0.5, 0.9, 0.999};
  constexpr double rising[] = {3.40691813616607, 13.0843701660862, 30.8442641175903, 67.6044539884792};
  constexpr double falling[] = {0.399556990999686, 9.22907176624435, 68.2561417801819, 425.935489022681};
  for (int k = 0; k < 4; ++k) {
    const DataArm up = arm_of({std::pow(17.0, -1.4)}, {0}, 1.4), down = arm_of({std::pow(17.0, -0.6)}, {0}, 0.6);
    EXPECT_NEAR(time_at_survival(up, 1 - shares[k]) / rising[k], 1, 1e-13);
    EXPECT_NEAR(time_at_survival(down, 1 - shares[k]) / falling[k], 1, 1e-13);
    EXPECT_NEAR(survival_at(up, rising[k]), 1 - shares[k], 1e-14);
  }
}

TEST(EventTimes, AreTheInverseOfTheSurvival) {
  for (const DataArm& arm : laws()) {
    for (const double months : {0.1, 1.0, 3.0, 4.9, 5.0, 8.0, 20.0, 50.0})
      EXPECT_NEAR(time_at_survival(arm, survival_at(arm, months)) / months, 1, 1e-11);
    EXPECT_EQ(survival_at(arm, 0), 1);
    EXPECT_EQ(time_at_survival(arm, 1), 0);
  }
  EXPECT_TRUE(std::isinf(time_at_survival(laws()[2], 0.25)));
  EXPECT_TRUE(std::isfinite(time_at_survival(laws()[2], 0.2501)));
}

/// The slope of log S, by differences over 2e-4 months.
TEST(EventTimes, HazardIsTheSlopeOfTheLogarithm) {
  constexpr double step = 1e-4;
  for (const DataArm& arm : laws())
    for (const double months : {0.5, 2.0, 4.0, 7.0, 15.0, 30.0}) {
      const double slope =
          (std::log(survival_at(arm, months - step)) - std::log(survival_at(arm, months + step))) / (2 * step);
      EXPECT_NEAR(hazard_at(arm, months), slope, 1e-8);
    }
  EXPECT_TRUE(std::isinf(hazard_at(laws()[1], 0)));
  EXPECT_EQ(hazard_at(laws()[2], 0), 0);
  EXPECT_EQ(hazard_at(laws()[0], 0), 0.06);
}

/// Kolmogorov-Smirnov at a level of 1e-5 for each law: sqrt(log(2 / 1e-5) / 2) = 2.47.
TEST(EventTimes, AreSimulatedAsStated) {
  for (const DataArm& arm : laws()) {
    std::vector<double> times = times_of(arm);
    std::sort(times.begin(), times.end());
    double distance = 0;
    for (std::size_t i = 0; i < many && std::isfinite(times[i]); ++i) {
      const double below = 1 - survival_at(arm, times[i]);
      distance = std::max({distance, below - static_cast<double>(i) / many, static_cast<double>(i + 1) / many - below});
    }
    EXPECT_LT(distance, 2.47 / std::sqrt(static_cast<double>(many)));
    const auto cured = static_cast<double>(std::count(times.begin(), times.end(), INFINITY));
    EXPECT_NEAR(cured / many, arm.cured, mcse_allowed * std::sqrt(arm.cured * (1 - arm.cured) / many));
  }
}

/// Half of those who are not cured have the event by the median, whatever the shape; 0.4 are without it at 24 months.
TEST(EventTimes, AreThoseOfTheMedian) {
  for (const double shape : {0.7, 1.0, 2.2}) {
    const DataArm arm = arm_of({hazard_by_survival(0.5, 12, shape)}, {0}, shape, 0.3);
    EXPECT_NEAR(survival_at(arm, 12), 0.3 + 0.7 / 2, 1e-15);
    const std::vector<double> times = times_of(arm);
    const auto late = static_cast<double>(std::count_if(times.begin(), times.end(), [](double t) { return t > 12; }));
    EXPECT_NEAR(late / many, 0.65, mcse_allowed * std::sqrt(0.65 * 0.35 / many));
    const DataArm other = arm_of({hazard_by_survival(0.4, 24, shape)}, {0}, shape);
    EXPECT_NEAR(survival_at(other, 24), 0.4, 1e-15);
  }
  EXPECT_NEAR(hazard_by_survival(0.5, 12, 1), std::log(2.0) / 12, 1e-17);
}

TEST(StatedEffects, HazardRatiosMultiplyWhereTheyHold) {
  DataArm arm;
  const DataArm reference = arm_of({0.06, 0.03}, {0, 6}, 1.5);
  const std::vector<double> ratio = {1, 0.5, 2}, from = {0, 4, 10};
  multiply_hazard(reference, ratio, from, arm);
  EXPECT_EQ(arm.hazard_from_months, (std::vector<double>{0, 4, 6, 10}));
  EXPECT_EQ(arm.hazard, (std::vector<double>{0.06, 0.03, 0.015, 0.06}));
  EXPECT_EQ(arm.shape, 1.5);
  for (const double months : {1.0, 5.0, 8.0, 11.0}) {
    const double expected = months < 4 ? 1 : months < 10 ? 0.5 : 2;
    EXPECT_NEAR(hazard_at(arm, months) / hazard_at(reference, months), expected, 1e-14);
  }
}

TEST(StatedEffects, OddsRatiosComeBackFromTheShares) {
  const auto odds = [](double p) { return p / (1 - p); };
  for (const double share : {0.01, 0.3, 0.8})
    for (const double ratio : {0.1, 0.7, 1.0, 1.8, 30.0}) {
      const double changed = share_by_odds_ratio(share, ratio);
      EXPECT_NEAR(odds(changed) / odds(share) / ratio, 1, 1e-12);
    }
  EXPECT_EQ(share_by_odds_ratio(0, 3), 0);
  EXPECT_EQ(share_by_odds_ratio(1, 3), 1);
  const std::vector<double> shares = {0.2, 0.3, 0.4, 0.1};
  for (const double ratio : {0.4, 1.8}) {
    const std::vector<double> changed = categories_by_odds_ratio(shares, ratio);
    ASSERT_EQ(changed.size(), shares.size());
    EXPECT_NEAR(std::accumulate(changed.begin(), changed.end(), 0.0), 1, 1e-15);
    for (std::size_t cut = 1; cut < shares.size(); ++cut) {
      const auto at = static_cast<std::ptrdiff_t>(cut);
      const double before = std::accumulate(shares.begin() + at, shares.end(), 0.0);
      const double after = std::accumulate(changed.begin() + at, changed.end(), 0.0);
      EXPECT_NEAR(odds(after) / odds(before) / ratio, 1, 1e-12);
    }
  }
  // Categories that nobody is in stay empty.
  EXPECT_EQ(categories_by_odds_ratio(std::vector<double>{0, 1, 0}, 3), (std::vector<double>{0, 1, 0}));
}

TEST(StatedEffects, YearlySharesAreHazards) {
  EXPECT_NEAR(std::exp(-12 * hazard_by_yearly_share(0.05)), 0.95, 1e-15);
}

DataModel two_laws(const DataArm& reference, const DataArm& arm) {
  DataModel model;
  model.kind = OutcomeKind::survival;
  model.follow_up_months = 60;
  model.arms = {reference, arm};
  return model;
}

TEST(TrueEffect, OfWeibullHazardsOfOneShapeIsTheirRatio) {
  const auto effect = [](const DataArm& reference, const DataArm& arm) {
    return implied_effect(two_laws(reference, arm), 1, 0, 0, EffectScale::log_hazard_ratio, false);
  };
  EXPECT_DOUBLE_EQ(*effect(arm_of({0.05}, {0}, 1.3), arm_of({0.035}, {0}, 1.3)), std::log(0.7));
  EXPECT_FALSE(effect(arm_of({0.05}, {0}, 1.3), arm_of({0.05}, {0}, 1.2)));
  EXPECT_FALSE(effect(arm_of({0.05}, {0}, 1.3), arm_of({0.05, 0.03}, {0, 4}, 1.3)));
  EXPECT_FALSE(effect(arm_of({0.05}, {0}, 1, 0.2), arm_of({0.04}, {0}, 1, 0.2))) << "the cured of both are alike";
  EXPECT_FALSE(effect(arm_of({0.05}, {0}, 1, 0.2), arm_of({0.05}, {0}, 1, 0.3)));
  EXPECT_EQ(*effect(arm_of({0.05}, {0}, 2, 0.2), arm_of({0.05}, {0}, 2, 0.2)), 0);
}

/// R: integrate (rel.tol 1e-12) and uniroot, hazards 0.05 shape t^(shape - 1) against those listed, 60 months.
TEST(TrueEffect, LimitsOfTimesToEventsOfOtherLaws) {
  struct Case {
    double shape, cured;
    std::vector<double> hazard, from;
    double peto, cox, log_win_ratio;
  };
  const Case cases[] = {{1, 0.2, {0.04}, {0}, -0.135458763307, -0.135248209599, 0.165875779418},
                        {1, 0.2, {0.05, 0.03}, {0, 4}, -0.262050610515, -0.261053357266, 0.267050052942},
                        {1.3, 0.2, {0.05, 0.03}, {0, 4}, -0.131621105012, -0.131255680383, 0.182977770115},
                        {0.7, 0.2, {0.05, 0.03}, {0, 4}, -0.354502155574, -0.355975690866, 0.335277814923},
                        {2, 0, {0.05, 0.03}, {0, 4}, -0.223468830460, -0.222192719342, 0.101034116808},
                        {1.3, 0, {0.04}, {0}, -0.224877748079, -0.223143551314, 0.223143551314}};
  for (const Case& c : cases) {
    const SurvivalLimits limits = survival_limits(
        two_laws(arm_of({0.05}, {0}, c.shape, c.cured), arm_of(c.hazard, c.from, c.shape, c.cured)), 1, 0, 0.5);
    EXPECT_EQ(limits.proportional, c.cured == 0 && c.hazard.size() == 1);
    EXPECT_NEAR(*limits.peto, c.peto, 1e-11);
    EXPECT_NEAR(*limits.cox, c.cox, 1e-11);
    EXPECT_NEAR(*limits.log_win_ratio, c.log_win_ratio, 1e-11);
  }
}

/// Boost's adaptive rule does not end on a piece of a thousandth of a month; with one it is nearly that without.
TEST(TrueEffect, LimitsOfShortPiecesAndHighHazardsEnd) {
  const auto cox = [](const DataArm& reference, const DataArm& arm) {
    return *survival_limits(two_laws(reference, arm), 1, 0, 0.5).cox;
  };
  const DataArm steady = arm_of({0.04}, {0}), changing = arm_of({0.05, 0.01}, {0, 10});
  const double without = cox(changing, steady);
  EXPECT_NEAR(cox(arm_of({0.06, 0.05, 0.01}, {0, 0.001, 10}), steady), without, 1e-4);
  EXPECT_NEAR(cox(arm_of({50.0}, {0}), arm_of({100.0, 25.0}, {0, 0.005})),
              cox(arm_of({0.5}, {0}), arm_of({1.0, 0.25}, {0, 0.5})), 1e-9)
      << "another unit of time";
}

/// Of two shapes: 0.7 against 1.8 with the same median, by R in the same way.
TEST(TrueEffect, LimitsOfTwoShapes) {
  const SurvivalLimits limits = survival_limits(two_laws(arm_of({hazard_by_survival(0.5, 12, 0.7)}, {0}, 0.7),
                                                         arm_of({hazard_by_survival(0.5, 12, 1.8)}, {0}, 1.8)),
                                                1, 0, 0.5);
  EXPECT_FALSE(limits.proportional);
  EXPECT_NEAR(*limits.cox, 0.518365345692, 1e-9);
  EXPECT_NEAR(*limits.log_win_ratio, -0.052250915951, 1e-9);
}

/// Halving an effect and doubling it again gives it back; a ratio's square root is half of it.
TEST(StatedEffects, AreMultiplied) {
  DataModel model;
  model.arms.resize(2);
  model.arms[0].mean = {50, 52};
  model.arms[1].mean = {50, 56};
  model.arms[0].hazard = {0.1};
  model.arms[1].hazard = {0.049};
  model.arms[0].rate = 2;
  model.arms[1].rate = 0.5;
  model.arms[0].share = {0.2};
  model.arms[1].share = {0.6};
  const DataModel half = with_effects_times(model, 0, 0.5);
  EXPECT_EQ(half.arms[1].mean, (std::vector<double>{50, 54}));
  EXPECT_NEAR(half.arms[1].hazard[0], 0.07, 1e-15);
  EXPECT_NEAR(half.arms[1].rate, 1, 1e-15);
  EXPECT_DOUBLE_EQ(half.arms[1].share[0], 0.4);
  EXPECT_EQ(half.arms[0].mean, model.arms[0].mean);
  model.arms[1].hazard = {0.1, 0.05};
  model.arms[1].hazard_from_months = {0, 6};
  const DataModel late = with_effects_times(model, 0, 0.5);  // the first six months have no effect
  EXPECT_EQ(late.arms[1].hazard_from_months, (std::vector<double>{0, 6}));
  EXPECT_EQ(late.arms[1].hazard[0], 0.1);
  EXPECT_NEAR(late.arms[1].hazard[1], std::sqrt(0.005), 1e-15);
  model.arms[1].shape = 2;
  EXPECT_EQ(with_effects_times(model, 0, 0.5).arms[1].hazard, model.arms[1].hazard)
      << "no ratio is the same at all times";
  DataModel several;
  several.endpoints = {model, model};
  several.endpoints[1].first_of = {"x"};
  EXPECT_EQ(with_effects_times(several, 0, 0.5).endpoints[0].arms[1].mean, (std::vector<double>{50, 54}));
  EXPECT_EQ(with_effects_times(several, 0, 0.5).endpoints[1].arms[1].mean, model.arms[1].mean) << "made of others";
}

}  // namespace
}  // namespace vcohort
