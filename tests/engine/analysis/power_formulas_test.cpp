#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <tuple>
#include <vector>

#include "engine/analysis/power_formulas.hpp"

namespace vcohort::analysis {
namespace {

constexpr double digits = 5e-10;  // the oracles are printed to ten or more
constexpr TestSides two_sided{0.025, true}, one_sided{0.025, false};

/// R: power.t.test(n = 64, delta = .5, strict = TRUE), power.t.test(n = 12, delta = .9, sd = 1.3, alternative =
/// "one.sided", sig.level = .025); 30 against 60: 1 - pt(qt(.975, 88), 88, ncp) + pt(-qt(.975, 88), 88, ncp).
TEST(PowerFormulas, OfTheTTest) {
  EXPECT_NEAR(t_power(0.5 * std::sqrt(32), 126, two_sided), 0.801459557922, digits);
  EXPECT_NEAR(t_power(0.9 / 1.3 * std::sqrt(6), 22, one_sided), 0.367656980778, digits);
  EXPECT_NEAR(t_power(0.6 / std::sqrt(1.0 / 30 + 1.0 / 60), 88, two_sided), 0.756139006199, digits);
  EXPECT_NEAR(t_power(0, 11, two_sided), 0.05, digits);
}

/// With one variance and arms of one size they are n - 2; with all the variance in one arm that arm's n - 1.
TEST(PowerFormulas, DegreesOfFreedomOfWelch) {
  EXPECT_NEAR(welch_df({2, 2}, {20, 20}), 38, 1e-12);
  EXPECT_NEAR(welch_df({0, 3}, {20, 12}), 11, 1e-12);
}

/// R: sums of dbinom over the tables that fisher.test rejects; the first is printed in oracles elsewhere too.
TEST(PowerFormulas, OfFishersTestByEnumeration) {
  EXPECT_NEAR(fisher_power({0.5, 0.1}, {20, 20}, two_sided), 0.74238878, 5e-9);
  EXPECT_NEAR(fisher_power({0.2, 0.6}, {20, 20}, two_sided), 0.650224920935, digits);
  EXPECT_NEAR(fisher_power({0.3, 0.7}, {25, 15}, one_sided), 0.598432941722, digits);
  EXPECT_NEAR(fisher_power({0.1, 0.4}, {15, 30}, two_sided), 0.522810458328, digits);
}

/// R: sums of dbinom over the numbers that binom.test rejects; 27 patients are A'Hern's (2001) for .05 against .2. And
/// power.t.test(n = 20, delta = .7, sd = 1.1, type = "one.sample", strict = TRUE).
TEST(PowerFormulas, OfOneArm) {
  const TestSides five_percent{0.05, false};
  EXPECT_NEAR(exact_binomial_power(0.2, 0.05, 27, five_percent), 0.817716653761, digits);
  EXPECT_NEAR(exact_binomial_power(0.3, 0.1, 25, five_percent), 0.806511557912, digits);
  EXPECT_NEAR(exact_binomial_power(0.5, 0.3, 40, two_sided), 0.682090180978, digits);
  EXPECT_NEAR(exact_binomial_power(0.12, 0.3, 40, two_sided), 0.802034853777, digits);
  EXPECT_NEAR(t_power(0.7 / 1.1 * std::sqrt(20), 19, two_sided), 0.770269810655, digits);
}

/// R: power.prop.test(n = 100, p1 = .3, p2 = .5, strict = TRUE); rpact: getPowerRates(thetaH0 = -.1, pi1 = .7, pi2 =
/// .7, 500 patients) and (pi1 = .75, pi2 = .7, 300 patients, 2 : 1), one-sided .025.
TEST(PowerFormulas, OfShares) {
  EXPECT_NEAR(pooled_shares_power({0.3, 0.5}, {100, 100}, two_sided), 0.828109771966, digits);
  EXPECT_NEAR(farrington_manning_power({0.7, 0.7}, {250, 250}, -0.1, one_sided), 0.685398183794, digits);
  EXPECT_NEAR(farrington_manning_power({0.7, 0.75}, {100, 200}, -0.1, one_sided), 0.807039315701, digits);
  // Without a margin the restricted variance is the pooled one.
  EXPECT_NEAR(farrington_manning_power({0.3, 0.5}, {80, 120}, 0, two_sided),
              pooled_shares_power({0.3, 0.5}, {80, 120}, two_sided), 1e-9);
}

/// Nam (Biometrics 48 (1992) 389): 171 patients for four strata, an odds ratio of 3 and 90 % power of a test of one
/// side of 5 %. Without strata it is the formula of one table.
TEST(PowerFormulas, OfSharesInStrata) {
  const auto by_odds = [](double share, double ratio) { return ratio * share / (1 - share + ratio * share); };
  std::vector<SharesOfStratum> nam;
  for (const auto& [part, share] : {std::pair{0.10, 0.75}, {0.40, 0.70}, {0.35, 0.65}, {0.15, 0.60}})
    nam.push_back({part, {share, by_odds(share, 3)}});
  const TestSides five_percent{0.05, false};
  EXPECT_LT(cochran_power(nam, {85, 85}, five_percent), 0.9);
  EXPECT_GE(cochran_power(nam, {85.5, 85.5}, five_percent), 0.9);
  // Wittes and Wallenstein (1987), table 3: two strata of one size; their null variance is that of small tables.
  for (const auto& [ratio, patients, power] : {std::tuple{3.0, 80.0, 0.620}, {4.0, 80.0, 0.815}, {3.0, 60.0, 0.497}}) {
    const std::vector<SharesOfStratum> two{{0.5, {0.2, by_odds(0.2, ratio)}}, {0.5, {0.5, by_odds(0.5, ratio)}}};
    EXPECT_NEAR(cochran_power(two, {patients / 2, patients / 2}, two_sided), power, 0.001) << ratio;
  }
  const std::vector<SharesOfStratum> one{{1, {0.3, 0.5}}};
  EXPECT_NEAR(cochran_power(one, {80, 120}, two_sided), pooled_shares_power({0.3, 0.5}, {80, 120}, two_sided), 1e-12);
}

/// R: pnorm(3 - qt(.975, 4)) + pnorm(-3 - qt(.975, 4)), pnorm(2.5 - qt(.95, 18)).
TEST(PowerFormulas, OfANormalEstimateAtTheBoundOfT) {
  EXPECT_NEAR(t_bound_power(3, 4, two_sided), 0.5884481718, digits);
  EXPECT_NEAR(t_bound_power(2.5, 18, {0.05, false}), 0.7781429250, digits);
}

/// Whitehead (1993): 187 patients, shares .2 .5 .2 .1 of the control, a log odds ratio of .887, 90 % power.
TEST(PowerFormulas, OfProportionalOdds) {
  const auto cumulative = [](double share) { return 1 / (1 + std::exp(-(std::log(share / (1 - share)) + 0.887))); };
  const std::array control = {0.2, 0.5, 0.2, 0.1};
  const std::array active = {cumulative(0.2), cumulative(0.7) - cumulative(0.2), cumulative(0.9) - cumulative(0.7),
                             1 - cumulative(0.9)};
  std::array<double, 4> mean;
  for (std::size_t c = 0; c < 4; ++c) mean[c] = (control[c] + active[c]) / 2;
  EXPECT_LT(normal_power(whitehead_drift(0.887, mean, {93, 93}), two_sided), 0.9);
  EXPECT_GT(normal_power(whitehead_drift(0.887, mean, {93.6, 93.6}), two_sided), 0.9);
}

/// Noether's formula turned round: N = (z_a + z_b)^2 / (12 c (1 - c) (p - 1/2)^2).
TEST(PowerFormulas, OfRankSums) {
  const double z = 1.959963984540054 + 1.2815515655446004;
  for (const double share : {0.5, 0.25}) {
    const double n = z * z / (12 * share * (1 - share) * 0.15 * 0.15);
    EXPECT_NEAR(normal_power(noether_drift(0.65, {}, {n * (1 - share), n * share}), one_sided), 0.9, 1e-12);
  }
  // Two equal categories leave 3/4 of the variance of ranks.
  const std::array half = {0.5, 0.5};
  EXPECT_NEAR(noether_drift(0.65, half, {50, 50}) / noether_drift(0.65, {}, {50, 50}), std::sqrt(1 / 0.75), 1e-12);
}

/// rpact: getPowerSurvival(hazardRatio = .7, 200 events), by Schoenfeld and by Freedman, 1 : 1 and 2 : 1.
TEST(PowerFormulas, OfEvents) {
  const double log_ratio = -std::log(0.7);
  EXPECT_NEAR(normal_power(schoenfeld_drift(log_ratio, 200, 0.5), one_sided), 0.712979029927, digits);
  EXPECT_NEAR(normal_power(-freedman_drift(0.7, 200, 0.5), one_sided), 0.703919470222, digits);
  EXPECT_NEAR(normal_power(schoenfeld_drift(log_ratio, 200, 2.0 / 3), one_sided), 0.661978541431, digits);
  EXPECT_NEAR(normal_power(-freedman_drift(0.7, 200, 2.0 / 3), one_sided), 0.705413902442, digits);
}

/// Without dispersion information is the number of events; with a rate without end it is 1 / dispersion.
TEST(PowerFormulas, OfCounts) {
  EXPECT_NEAR(negative_binomial_drift(0.5, {2, 2}, {50, 50}), 0.5 * std::sqrt(50), 1e-12);
  EXPECT_NEAR(negative_binomial_drift(0.5, {2, 4}, {60, 30}), 0.5 * std::sqrt(60), 1e-12);
}

/// A log win ratio of normal outcomes is 2 log(p / (1 - p)) / 2 = 4 (p - 1/2) near no effect: Yu and Ganju's drift is
/// Noether's there.
TEST(PowerFormulas, OfTheWinRatioWithoutTiesIsThatOfRankSums) {
  const double p = 0.5001;
  EXPECT_NEAR(win_ratio_drift(std::log(p / (1 - p)), 0, {40, 80}) / noether_drift(p, {}, {40, 80}), 1, 1e-6);
}

/// R: the variances of wins / P(win) - losses / P(loss) over the categories of each arm; without an effect and with
/// categories of one size it is Yu and Ganju's.
TEST(PowerFormulas, OfTheWinRatioOfCategories) {
  const std::array same = {0.25, 0.25, 0.25, 0.25};
  const std::array reference = {0.7, 0.2, 0.1}, active = {0.55, 0.27, 0.18};
  EXPECT_NEAR(0.4 / win_ratio_error(same, same, {40, 80}), win_ratio_drift(0.4, 0.25, {40, 80}), 1e-12);
  EXPECT_NEAR(win_ratio_error(reference, active, {100, 200}), 0.237422003670, digits);
}

/// Lu, Luo and Chen (2008), table 2: two visits, a fifth is lost; and AR(1) beyond two visits against the closed form
/// of a regression on the visit before, (1 - rho^2) / r + rho^2 times the variance.
TEST(PowerFormulas, OfTheLastVisit) {
  for (const auto& [rho, inflation] : {std::pair{0.0, 1.25}, {0.5, 1.1875}, {0.9, 1.0475}}) {
    const std::array covariance = {1.0, rho, rho, 1.0};
    const std::array retained = {1.0, 0.8};
    EXPECT_NEAR(last_visit_variance(covariance, retained), inflation, 5e-5) << rho;
  }
  const std::array whole = {4.0, 1.0, 1.0, 1.0, 9.0, 2.0, 1.0, 2.0, 16.0};
  const std::array everybody = {1.0, 1.0, 1.0};
  EXPECT_NEAR(last_visit_variance(whole, everybody), 16, 1e-12);
  const double r = 0.6;
  const std::array ar1 = {1.0, r, r * r, r, 1.0, r, r * r, r, 1.0};
  const std::array falling = {1.0, 0.9, 0.75};
  const double at_second = (1 - r * r) / 0.9 + r * r;
  EXPECT_NEAR(last_visit_variance(ar1, falling), (1 - r * r) / 0.75 + r * r * at_second, 1e-12);
}

TEST(PowerFormulas, DriftAndPowerAreInverse) {
  for (const double power : {0.03, 0.5, 0.9})
    EXPECT_NEAR(normal_power(drift_of_power(power, 0.025), one_sided), power, 1e-12);
}

}  // namespace
}  // namespace vcohort::analysis
