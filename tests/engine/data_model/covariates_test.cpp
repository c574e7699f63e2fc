#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/data_model.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/data_model/mixed_law.hpp"
#include "engine/data_model/residual_variance.hpp"
#include "engine/random/tile_draws.hpp"

/// The numbers with many digits are R's, tests/oracles/covariates/laws.R.
namespace vcohort {
namespace {

constexpr double mcse_allowed = 4.5, digits = 1e-8;
constexpr std::size_t many = 200000;
using Kind = DataCovariate::Kind;

std::vector<std::uint64_t> patients(std::size_t n = many) {
  std::vector<std::uint64_t> ids(n);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  return ids;
}

DataCovariate normal(double mean, double sd, double effect) {
  DataCovariate covariate;
  covariate.name = "x";
  covariate.mean = mean;
  covariate.sd = sd;
  covariate.effect = {effect};
  return covariate;
}

DataCovariate levels(std::vector<double> shares, std::vector<double> effect) {
  DataCovariate covariate;
  covariate.name = "g";
  covariate.kind = shares.size() == 2 ? Kind::binary : Kind::categorical;
  covariate.shares = std::move(shares);
  for (std::size_t k = 0; k < covariate.shares.size(); ++k) covariate.levels.push_back(std::to_string(k));
  covariate.effect = std::move(effect);
  return covariate;
}

DataModel two_arms(OutcomeKind kind) {
  DataModel model;
  model.kind = kind;
  model.visits_months = {12};
  if (!seen_at_visits(kind)) {
    model.visits_months.clear();
    model.follow_up_months = 24;
  }
  model.arms.resize(2);
  return model;
}

std::vector<std::vector<double>> correlated(std::size_t size, std::vector<std::array<double, 3>> pairs) {
  std::vector<std::vector<double>> matrix(size, std::vector<double>(size));
  for (std::size_t k = 0; k < size; ++k) matrix[k][k] = 1;
  for (const auto& [a, b, rho] : pairs) {
    const auto k = static_cast<std::size_t>(a), m = static_cast<std::size_t>(b);
    matrix[k][m] = matrix[m][k] = rho;
  }
  return matrix;
}

double share_where(const std::vector<int>& level, int wanted, const std::vector<double>& of) {
  double n = 0, sum = 0;
  for (std::size_t i = 0; i < level.size(); ++i)
    if (level[i] == wanted) n += 1, sum += of[i];
  return sum / n;
}

TEST(CovariateLaw, JointSharesAreThoseOfTheBivariateNormal) {
  DataModel model = two_arms(OutcomeKind::binary);
  model.covariates = {levels({0.7, 0.3}, {0, 1}), levels({0.8, 0.2}, {0, 1}), levels({0.5, 0.5}, {0, 1})};
  model.covariate_correlation = correlated(3, {{0, 1, 0.4}, {0, 2, 0.3}, {1, 2, 0.2}});
  const CovariateLaw law(model);
  const CovariateTerms first{{0, 1}, {}, {}}, second{{}, {0, 1}, {}}, third{{}, {}, {0, 1}};
  EXPECT_NEAR(law.covariance(first, second) + 0.3 * 0.2, 0.102896629695, digits);
  EXPECT_NEAR(law.mean(first), 0.3, digits);
  EXPECT_NEAR(law.mean(third), 0.5, digits);
  // P(all three) from the mean of a predictor that is 3 only then.
  double all = 0;
  for (const CovariateLaw::Part& part : law.parts({{0, 1}, {0, 1}, {0, 1}}))
    if (part.mean > 2.5) all += part.share;
  EXPECT_NEAR(all, 0.0709253096705, digits);
  // Sheppard (1899): half of both, latent correlation r.
  model.covariates = {levels({0.5, 0.5}, {0, 1}), levels({0.5, 0.5}, {0, 1})};
  model.covariate_correlation = correlated(2, {{0, 1, -0.6}});
  EXPECT_NEAR(CovariateLaw(model).covariance({{0, 1}, {}}, {{}, {0, 1}}), std::asin(-0.6) / (2 * std::numbers::pi),
              digits);
}

TEST(CovariateLaw, ANormalAndABinaryCovariateAreCorrelatedThroughTheDensityAtTheCut) {
  DataModel model = two_arms(OutcomeKind::binary);
  model.covariates = {normal(50, 4, 0.3), levels({0.7, 0.3}, {0, 0.9})};
  model.covariate_correlation = correlated(2, {{0, 1, 0.5}});
  const CovariateLaw law(model);
  EXPECT_NEAR(law.covariance({{1}, {}}, {{}, {0, 1}}), 4 * 0.5 * 0.3476926142, digits);
  EXPECT_NEAR(law.covariance({{1}, {}}, {{1}, {}}), 16, 1e-6);
  EXPECT_NEAR(marginal_share(law.parts({{0.3}, {0, 0.9}}), ilogit_of(-1)), 0.367549491665, digits);
}

/// Odds ratios do not collapse: 2.5 for patients with the same covariate is 1.93371718884 over all of them.
TEST(CovariateEffects, MarginalSharesAreIntegralsOverTheCovariate) {
  DataModel model = two_arms(OutcomeKind::binary);
  model.arms[0].share = {0.2};
  model.arms[1].share = {0.2 * 2.5 / (0.8 + 0.2 * 2.5)};
  model.covariates = {normal(10, 3, 0.5)};
  model.arm_numbers = ArmNumbers::conditional;
  const DataModel all = marginal_model(model);
  EXPECT_TRUE(all.covariates.empty());
  EXPECT_NEAR(all.arms[0].share[0], 0.270482087638, digits);
  EXPECT_NEAR(all.arms[1].share[0], 0.417575574627, digits);
  const double ratio =
      all.arms[1].share[0] / (1 - all.arms[1].share[0]) * (1 - all.arms[0].share[0]) / all.arms[0].share[0];
  EXPECT_NEAR(ratio, 1.93371718884, 1e-7);
  model.arm_numbers = ArmNumbers::marginal;
  EXPECT_EQ(marginal_model(model).arms[0].share[0], 0.2);
  const CovariateTerms wide{{2.0 / 3}}, six{{0, std::log(6)}};
  EXPECT_NEAR(logit_at_reference(CovariateLaw(model).parts(wide), 0.3), -1.38422626151, 1e-7);
  model.covariates = {levels({0.7, 0.3}, {0, std::log(6)})};
  EXPECT_NEAR(logit_at_reference(CovariateLaw(model).parts(six), 0.25), -std::log(6), 1e-10);
}

TEST(CovariateEffects, SurvivalOfAllIsTheLaplaceTransformOfTheRisk) {
  CovariateEffect effect;
  effect.predictor = {{1, 0, 0.8}};
  take_multipliers(effect);
  EXPECT_NEAR(survival_of_all(effect, 0.7), 0.478588193637, digits);
  EXPECT_NEAR(survival_of_all(effect, 0), 1, 1e-12);
  effect = {};
  effect.predictor = {{0.6, 0, 0}, {0.4, std::log(2), 0}};
  take_multipliers(effect);
  EXPECT_NEAR(survival_of_all(effect, 0.7), 0.6 * std::exp(-0.7) + 0.4 * std::exp(-1.4), 1e-12);
}

/// Means, SDs and correlations are those of all patients, whatever explains them.
TEST(DataCovariates, NormalOutcomesKeepTheirMeansAndCovariance) {
  DataModel model = two_arms(OutcomeKind::score);
  model.visits_months = {0, 6, 12};
  model.correlation = {{1, 0.6, 0.4}, {0.6, 1, 0.6}, {0.4, 0.6, 1}};
  for (auto& arm : model.arms) arm.mean = {10, 12, 14}, arm.sd = {3, 3, 4};
  model.arms[1].sd = {3, 3, 5};
  model.covariates = {normal(50, 10, 0.1), levels({0.2, 0.5, 0.3}, {0, 1, -2}), levels({0.6, 0.4}, {0, 1.5})};
  model.covariates[1].by_visit = {0, 0.5, 1};
  model.covariates[2].interaction = {{}, {0, 1}};
  model.covariate_correlation = correlated(3, {{0, 1, 0.5}, {0, 2, -0.3}, {1, 2, 0.2}});
  DataOutcomes outcomes(model);
  outcomes.prepare(3, 1, patients());
  std::vector<double> x;
  std::vector<int> group, yes;
  outcomes.covariates().record(0, x);
  outcomes.covariates().record_levels(1, group);
  outcomes.covariates().record_levels(2, yes);
  std::vector<std::vector<double>> y(3, std::vector<double>(many));
  for (int arm = 0; arm < 2; ++arm) {
    const DataModel::DataArm& of = model.arms[static_cast<std::size_t>(arm)];
    for (std::size_t v = 0; v < 3; ++v) outcomes.outcome(arm, v, 0, y[v].data());
    for (std::size_t v = 0; v < 3; ++v) {
      double mean = 0, with_x = 0;
      for (std::size_t i = 0; i < many; ++i) mean += y[v][i] / many;
      EXPECT_NEAR(mean, of.mean[v], mcse_allowed * of.sd[v] / std::sqrt(many));
      for (std::size_t w = 0; w <= v; ++w) {
        double product = 0;
        for (std::size_t i = 0; i < many; ++i) product += (y[v][i] - of.mean[v]) * (y[w][i] - of.mean[w]) / many;
        const double scale = of.sd[v] * of.sd[w], rho = model.correlation[v][w];
        EXPECT_NEAR(product, scale * rho, mcse_allowed * scale * std::sqrt((1 + rho * rho) / many)) << v << w;
      }
      for (std::size_t i = 0; i < many; ++i) with_x += (y[v][i] - of.mean[v]) * (x[i] - 50) / many;
      const CovariateTerms slope{{1}, {}, {}};
      const double expected =
          CovariateLaw(model).covariance(covariate_terms(model, static_cast<std::size_t>(arm), v), slope);
      EXPECT_NEAR(with_x, expected, mcse_allowed * of.sd[v] * 10 * std::sqrt(2.0 / many));
    }
  }
  double in_last = 0, both = 0;
  for (std::size_t i = 0; i < many; ++i) in_last += group[i] == 2, both += yes[i] == 1;
  EXPECT_NEAR(in_last / many, 0.3, mcse_allowed * std::sqrt(0.21 / many));
  EXPECT_NEAR(both / many, 0.4, mcse_allowed * std::sqrt(0.24 / many));
}

/// Regression on covariates without correlation leaves 1 - R^2, R^2 = (0.5^2 + 0.3^2 0.24) / 1.
TEST(DataCovariates, RegressionLeavesOneMinusRSquared) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {1};
  model.covariates = {normal(0, 2, 0.25), levels({0.6, 0.4}, {0, 0.3})};
  EXPECT_NEAR(residual_after(model, 0, 0, false, {0, 1}, 0)->variance, 1 - 0.25 - 0.0216, 1e-12);
  EXPECT_NEAR(residual_after(model, 0, 0, false, {1}, 0)->variance, 1 - 0.0216, 1e-12);
  EXPECT_EQ(residual_after(model, 0, 0, false, {0, 1}, 0)->coefficients, 2);
  // Correlated: b' S b of the covariates that are known, whatever they stand for of the other.
  model.covariates = {normal(0, 1, 0.4), normal(0, 1, 0.3)};
  model.covariate_correlation = correlated(2, {{0, 1, 0.5}});
  EXPECT_NEAR(residual_after(model, 0, 0, false, {0}, 0)->variance, 1 - 0.55 * 0.55, 1e-12);
  EXPECT_NEAR(residual_after(model, 0, 0, false, {0, 1}, 0)->variance, 1 - (0.16 + 0.09 + 0.12), 1e-12);
  // Recorded in whole units the covariate predicts less: a variance of 1 + 1/12.
  model.covariates[0].decimals = 0;
  EXPECT_NEAR(residual_after(model, 0, 0, false, {0}, 0)->variance, 1 - 0.55 * 0.55 / (1 + 1.0 / 12), 1e-12);
}

TEST(DataCovariates, MarginalSharesHoldAndLogOddsRatiosAreConditional) {
  DataModel model = two_arms(OutcomeKind::binary);
  model.arms[0].share = {0.3};
  model.arms[1].share = {0.5};
  model.covariates = {levels({0.5, 0.5}, {0, 1.5})};
  model.covariates[0].interaction = {{}, {0, -1}};
  model.arm_numbers = ArmNumbers::marginal;
  DataOutcomes outcomes(model);
  outcomes.prepare(9, 4, patients());
  std::vector<int> level;
  outcomes.covariates().record_levels(0, level);
  std::vector<double> y(many);
  for (int arm = 0; arm < 2; ++arm) {
    outcomes.outcome(arm, 0, 0, y.data());
    const double share = std::accumulate(y.begin(), y.end(), 0.0) / many;
    EXPECT_NEAR(share, model.arms[static_cast<std::size_t>(arm)].share[0], mcse_allowed * std::sqrt(0.25 / many));
    const double low = share_where(level, 0, y), high = share_where(level, 1, y);
    EXPECT_NEAR(logit_of(high) - logit_of(low), arm == 0 ? 1.5 : 0.5, mcse_allowed * std::sqrt(16.0 / many));
  }
}

TEST(DataCovariates, OrdinalOddsAreProportionalGivenTheCovariate) {
  DataModel model = two_arms(OutcomeKind::ordinal);
  for (auto& arm : model.arms) arm.share = {0.2, 0.3, 0.5};
  model.covariates = {levels({0.7, 0.3}, {0, 1})};
  model.arm_numbers = ArmNumbers::conditional;
  DataOutcomes outcomes(model);
  outcomes.prepare(9, 4, patients());
  std::vector<int> level;
  outcomes.covariates().record_levels(0, level);
  std::vector<double> y(many);
  outcomes.outcome(0, 0, 0, y.data());
  for (const double cut : {1.5, 2.5}) {
    std::vector<double> above(many);
    for (std::size_t i = 0; i < many; ++i) above[i] = y[i] > cut;
    const double low = share_where(level, 0, above), high = share_where(level, 1, above);
    EXPECT_NEAR(low, cut < 2 ? 0.8 : 0.5, mcse_allowed * std::sqrt(0.25 / (0.7 * many)));
    EXPECT_NEAR(logit_of(high) - logit_of(low), 1, mcse_allowed * std::sqrt(20.0 / many));
  }
  const DataModel all = marginal_model(model);
  EXPECT_NEAR(all.arms[0].share[2], 0.7 * 0.5 + 0.3 * ilogit_of(1), 1e-12);
  EXPECT_NEAR(all.arms[0].share[0], 0.7 * 0.2 + 0.3 * (1 - ilogit_of(logit_of(0.8) + 1)), 1e-12);
}

/// Of all patients as stated at every time, for marginal numbers; within a level by its hazard for conditional ones.
TEST(DataCovariates, TimesHaveTheStatedSurvival) {
  DataModel model = two_arms(OutcomeKind::survival);
  for (auto& arm : model.arms) arm.hazard = {0.1, 0.03}, arm.hazard_from_months = {0, 5}, arm.cured = 0.15;
  model.covariates = {levels({0.6, 0.4}, {0, std::log(3)}), normal(0, 1, 0.5)};
  std::vector<double> times(many);
  std::vector<int> level;
  for (const ArmNumbers numbers : {ArmNumbers::marginal, ArmNumbers::conditional}) {
    model.arm_numbers = numbers;
    if (numbers == ArmNumbers::conditional) model.covariates.pop_back();
    DataOutcomes outcomes(model);
    outcomes.prepare(11, 2, patients());
    outcomes.covariates().record_levels(0, level);
    outcomes.time_to_event(0, times.data());
    for (const double month : {2.0, 8.0, 30.0}) {
      std::vector<double> later(many);
      for (std::size_t i = 0; i < many; ++i) later[i] = times[i] > month;
      const double tolerance = mcse_allowed * std::sqrt(0.25 / (0.4 * many));
      if (numbers == ArmNumbers::marginal) {
        EXPECT_NEAR(std::accumulate(later.begin(), later.end(), 0.0) / many, survival_at(model.arms[0], month),
                    tolerance);
        EXPECT_GT(share_where(level, 0, later), share_where(level, 1, later) + 0.1);
        continue;
      }
      DataModel::DataArm high = model.arms[0];
      for (double& hazard : high.hazard) hazard *= 3;
      EXPECT_NEAR(share_where(level, 0, later), survival_at(model.arms[0], month), tolerance);
      EXPECT_NEAR(share_where(level, 1, later), survival_at(high, month), tolerance);
      double mixed = 0;
      for (const MixedLaw& law : laws_of(model, 0)) mixed += law.share * survival_at(law.arm, month);
      EXPECT_NEAR(mixed, 0.6 * survival_at(model.arms[0], month) + 0.4 * survival_at(high, month), 1e-12);
    }
  }
}

TEST(DataCovariates, RatesAreMultiplied) {
  DataModel model = two_arms(OutcomeKind::count);
  for (auto& arm : model.arms) arm.rate = 0.1;
  model.covariates = {normal(0, 1, 0.6), levels({0.5, 0.5}, {0, std::log(2)})};
  const std::vector<double> exposure(many, 24.0);
  std::vector<double> counts(many);
  std::vector<int> level;
  const double per_level = std::exp(0.18);  // E e^(0.6 z)
  for (const ArmNumbers numbers : {ArmNumbers::marginal, ArmNumbers::conditional}) {
    model.arm_numbers = numbers;
    DataOutcomes outcomes(model);
    outcomes.prepare(11, 2, patients());
    outcomes.covariates().record_levels(1, level);
    outcomes.counts(0, exposure.data(), counts.data());
    const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / many;
    const double expected = numbers == ArmNumbers::marginal ? 2.4 : 2.4 * per_level * 1.5;
    EXPECT_NEAR(mean, expected, mcse_allowed * 4 / std::sqrt(many));
    EXPECT_NEAR(share_where(level, 1, counts) / share_where(level, 0, counts), 2, 0.03);
    EXPECT_NEAR(marginal_model(model).arms[0].rate, expected / 24, 1e-8);
  }
}

/// A pair of shared normals for two covariates, one for a third; correlated by the factor; whoever else there is.
TEST(DataCovariates, DrawsHaveTheirAddresses) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {9};
  model.covariates = {normal(1, 2, 0), normal(0, 1, 0), normal(0, 1, 0)};
  model.covariates[0].decimals = 1;
  model.covariates[0].cuts = {1, 3};
  model.covariate_correlation = correlated(3, {{0, 1, 0.6}});
  DataOutcomes outcomes(model);
  const std::vector<std::uint64_t> some{3, 4, 9, 1000};
  outcomes.prepare(5, 7, some);
  std::vector<double> first, second, third;
  std::vector<int> group;
  outcomes.covariates().record(0, first);
  outcomes.covariates().record(1, second);
  outcomes.covariates().record(2, third);
  outcomes.covariates().record_levels(0, group);
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto pair = shared_normal_pair_at(5, {7, some[i], Purpose::covariate, 0, 0});
    EXPECT_EQ(first[i], std::rint((1 + 2 * pair[0]) * 10) / 10);
    EXPECT_NEAR(second[i], 0.6 * pair[0] + 0.8 * pair[1], 1e-15);
    EXPECT_EQ(third[i], shared_normal_at(5, {7, some[i], Purpose::covariate, 0, 1}));
    EXPECT_EQ(group[i], (first[i] >= 1) + (first[i] >= 3));
  }
  // Covariates that do nothing leave the outcome as it is.
  std::vector<double> with(some.size()), without(some.size());
  outcomes.outcome(0, 0, 0, with.data());
  model.covariates.clear();
  model.covariate_correlation.clear();
  DataOutcomes alone(model);
  alone.prepare(5, 7, some);
  alone.outcome(0, 0, 0, without.data());
  EXPECT_EQ(with, without);
}

/// Distribution of the draws: uniform by the probability integral transform (Kolmogorov and Smirnov, level 1e-4).
TEST(DataCovariates, NormalCovariatesAreNormal) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {9};
  model.covariates = {normal(0, 1, 0), normal(0, 1, 0), normal(0, 1, 0)};
  DataOutcomes outcomes(model);
  outcomes.prepare(17, 1, patients());
  for (std::size_t c = 0; c < 3; ++c) {
    std::vector<double> z;
    outcomes.covariates().record(c, z);
    std::sort(z.begin(), z.end());
    double distance = 0;
    for (std::size_t i = 0; i < many; ++i)
      distance = std::max(distance, std::fabs(normal_cdf(z[i]) - (static_cast<double>(i) + 0.5) / many));
    EXPECT_LT(distance, 2.23 / std::sqrt(many));
  }
}

DataCovariate sites(std::vector<double> shares) {
  DataCovariate covariate;
  covariate.name = "site";
  covariate.kind = Kind::site;
  covariate.shares = std::move(shares);
  for (std::size_t k = 0; k < covariate.shares.size(); ++k) covariate.levels.push_back(std::to_string(k + 1));
  return covariate;
}

/// Shares of those that recruit: before month 6 the first two, in their ratio.
TEST(Sites, RecruitFromTheDayTheyOpen) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {1};
  model.covariates = {sites({0.2, 0.3, 0.5})};
  model.covariates[0].opened_months = {0, 0, 6};
  DataOutcomes outcomes(model);
  std::vector<double> months(many);
  for (std::size_t i = 0; i < many; ++i) months[i] = i < many / 2 ? 5.9 : 6;
  outcomes.prepare(3, 1, patients(), months);
  std::vector<int> site;
  outcomes.covariates().record_levels(0, site);
  std::array<std::array<double, 3>, 2> counts{};
  for (std::size_t i = 0; i < many; ++i) counts[i < many / 2 ? 0 : 1][static_cast<std::size_t>(site[i])] += 2.0 / many;
  const std::array<std::array<double, 3>, 2> expected{{{0.4, 0.6, 0}, {0.2, 0.3, 0.5}}};
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t s = 0; s < 3; ++s)
      EXPECT_NEAR(counts[half][s], expected[half][s], mcse_allowed * std::sqrt(0.5 / many));
  EXPECT_EQ(counts[0][2], 0);
  // By the shared uniform of the patient.
  EXPECT_EQ(site[7], [&] {
    const double u = shared_uniform_at(3, {1, 7, Purpose::site, 0, 0});
    return u < 0.4 ? 0 : 1;
  }());
}

/// Of many trials: the variance between sites is the stated one, and part of the stated SD; patients of a site share
/// it.
TEST(Sites, EffectsAreDrawnForEachTrial) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {2};
  model.covariates = {sites({0.5, 0.5})};
  model.covariates[0].effect_sd = 1;
  DataOutcomes outcomes(model);
  constexpr std::uint32_t trials = 20000;
  double square = 0, within = 0, between = 0, pairs = 0, others = 0;
  std::vector<double> y(4);
  std::vector<int> site;
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    outcomes.prepare(3, trial, patients(4));
    outcomes.covariates().record_levels(0, site);
    outcomes.outcome(0, 0, 0, y.data());
    square += y[0] * y[0] / trials;
    (site[0] == site[1] ? within : between) += y[0] * y[1];
    (site[0] == site[1] ? pairs : others) += 1;
  }
  EXPECT_NEAR(square, 4, mcse_allowed * 4 * std::sqrt(2.0 / trials));
  EXPECT_NEAR(within / pairs, 1, mcse_allowed * std::sqrt(17 / pairs));
  EXPECT_NEAR(between / others, 0, mcse_allowed * std::sqrt(16 / others));
}

/// Gamma factors of the rates: the variance of a site's share of two, a beta variable with parameters 1 / cv^2.
TEST(Sites, RatesVaryBetweenTrials) {
  DataModel model = two_arms(OutcomeKind::score);
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {2};
  model.covariates = {sites({0.5, 0.5})};
  model.covariates[0].rate_cv = 1;
  DataOutcomes outcomes(model);
  constexpr std::uint32_t trials = 4000;
  constexpr double n = 100;
  double mean = 0, square = 0;
  std::vector<int> site;
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    outcomes.prepare(3, trial, patients(static_cast<std::size_t>(n)));
    outcomes.covariates().record_levels(0, site);
    const double share = std::accumulate(site.begin(), site.end(), 0.0) / n;
    mean += share / trials;
    square += (share - 0.5) * (share - 0.5) / trials;
  }
  // Beta(1, 1): variance 1/12; of the binomial share E p(1-p)/n = (1/6)/n more.
  const double variance = 1.0 / 12 + 1.0 / 6 / n;
  EXPECT_NEAR(mean, 0.5, mcse_allowed * std::sqrt(variance / trials));
  EXPECT_NEAR(square, variance, mcse_allowed * variance * std::sqrt(1.0 / trials));
}

}  // namespace
}  // namespace vcohort
