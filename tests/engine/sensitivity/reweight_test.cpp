#include "engine/sensitivity/reweight.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {
namespace {

std::vector<double> normals(std::size_t n, std::uint16_t block) {
  std::vector<double> values;
  for (std::size_t k = 0; k < n; ++k) {
    Address address;
    address.patient = k;
    address.block = block;
    values.push_back(normals_at(5, address)[0]);
  }
  return values;
}

// Prior N(1, 2^2), a target of 3 with SE 1.5: the posterior is N(1 + 4 / 6.25 * 2, 4 * 2.25 / 6.25). The error of a
// weighted mean is about SD / sqrt(ESS), that of a weighted SD SD / sqrt(2 ESS).
TEST(Reweight, NormalPriorAndTargetGiveTheClosedForm) {
  std::vector<double> theta = normals(20'000, 0);
  for (double& value : theta) value = 1 + 2 * value;
  const std::vector<Target> targets{{"effect", 3, 1.5}};
  const ImportanceWeights weights = importance_weights(targets, {theta});
  const WeightedSummary posterior = weighted_summary(theta, weights.weight);
  const double sd = std::sqrt(4 * 2.25 / 6.25), mean = 1 + 4 / 6.25 * 2;
  const double n = weights.effective_sample_size;
  EXPECT_NEAR(posterior.mean, mean, 4.5 * sd / std::sqrt(n));
  EXPECT_NEAR(posterior.sd, sd, 4.5 * sd / std::sqrt(2 * n));
  EXPECT_NEAR(posterior.median, mean, 4.5 * 1.2533 * sd / std::sqrt(n));
  // The density of a normal at its 2.5 % quantile is 0.058445 / SD: error sqrt(0.025 0.975 / n) SD / 0.058445.
  const double tail = 4.5 * std::sqrt(0.025 * 0.975 / n) * sd / 0.058445;
  EXPECT_NEAR(posterior.lower, mean - 1.959964 * sd, tail);
  EXPECT_NEAR(posterior.upper, mean + 1.959964 * sd, tail);
  // E[w]^2 / E[w^2] for w = exp(-(theta - 3)^2 / (2 s^2)), theta ~ N(1, v): closed form with v = 4, s^2 = 2.25.
  const double first = std::sqrt(2.25 / 6.25) * std::exp(-4 / (2 * 6.25));
  const double second = std::sqrt(2.25 / (2.25 + 8)) * std::exp(-4 / (2.25 + 8));
  EXPECT_NEAR(n / 20'000, first * first / second, 0.02);  // 20,000 draws know the ratio to about 0.4 %
}

// theta1, theta2 ~ N(0, 1); their sum is observed as 2 with SE 1: means 2/3, SD sqrt(2/3), correlation -1/2.
TEST(Reweight, ATargetOfTwoParametersCorrelatesThem) {
  const std::vector<double> a = normals(20'000, 0), b = normals(20'000, 1);
  std::vector<double> sum;
  for (std::size_t k = 0; k < a.size(); ++k) sum.push_back(a[k] + b[k]);
  const std::vector<Target> targets{{"sum", 2, 1}};
  const ImportanceWeights weights = importance_weights(targets, {sum});
  const double error = 4.5 / std::sqrt(weights.effective_sample_size);
  EXPECT_NEAR(weighted_summary(a, weights.weight).mean, 2.0 / 3, error * std::sqrt(2.0 / 3));
  EXPECT_NEAR(weighted_correlation(a, b, weights.weight), -0.5, error * (1 - 0.25));
}

// Two targets that say the same are one with half the variance.
TEST(Reweight, TargetsMultiply) {
  const std::vector<double> theta = normals(500, 0);
  const std::vector<Target> twice{{"a", 1, 1}, {"b", 1, 1}}, once{{"a", 1, std::sqrt(0.5)}};
  const auto left = importance_weights(twice, {theta, theta}).weight, right = importance_weights(once, {theta}).weight;
  for (std::size_t k = 0; k < theta.size(); ++k) EXPECT_NEAR(left[k], right[k], 1e-12 * right[k]);
}

TEST(Reweight, ADrawWithoutANumberHasNoWeight) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Target> targets{{"a", 0, 1}};
  const ImportanceWeights weights = importance_weights(targets, {{0.0, none, 0.0}});
  EXPECT_EQ(weights.weight, (std::vector<double>{0.5, 0, 0.5}));
  EXPECT_DOUBLE_EQ(weights.effective_sample_size, 2);
  EXPECT_EQ(weights.largest, 0.5);
  EXPECT_THROW(importance_weights(targets, {{none, none}}), NumericalFailure);
}

// Far targets: the largest log weight is subtracted before anything is exponentiated.
TEST(Reweight, FarTargetsDoNotUnderflow) {
  const std::vector<Target> targets{{"a", 1000, 1}};
  const ImportanceWeights weights = importance_weights(targets, {{0.0, 1.0, 2.0}});
  EXPECT_NEAR(weights.largest, 1, 1e-12);
}

// 2000 quantiles of generalised Pareto distributions; expected from an independent NumPy implementation of Zhang &
// Stephens 2009 with the prior of Vehtari et al., tail of 135.
TEST(Reweight, ParetoShape) {
  for (const auto& [shape, expected] :
       {std::pair{0.2, 0.22675618660754537}, {0.5, 0.49787399464062826}, {0.9, 0.859421016130482}}) {
    constexpr int n = 2000;
    std::vector<double> weights;
    double total = 0;
    for (int k = 0; k < n; ++k) {
      weights.push_back((std::pow(1 - (k + 0.5) / n, -shape) - 1) / shape);
      total += weights.back();
    }
    for (double& weight : weights) weight /= total;
    EXPECT_NEAR(pareto_shape(weights), expected, 1e-6);  // cancellation in log(1 + x) of small x
  }
  EXPECT_TRUE(std::isnan(pareto_shape(std::vector<double>(1000, 0.001))));
}

// Of four equal weights the second reaches one half.
TEST(Reweight, AQuantileIsWhereTheWeightReachesIt) {
  const std::vector<double> values{4, 2, 1, 3}, weights(4, 0.25);
  EXPECT_EQ(weighted_summary(values, weights).median, 2);
}

}  // namespace
}  // namespace vcohort
