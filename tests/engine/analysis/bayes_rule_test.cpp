#include "engine/analysis/bayes_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/analysis/distribution.hpp"

namespace vcohort::analysis {
namespace {

TEST(BayesRule, PriorsHaveTheirTails) {
  const auto sceptical = sceptical_prior(3);
  EXPECT_NEAR(probability_beyond(sceptical, 3, Better::higher), 0.05, 1e-14);
  EXPECT_EQ(sceptical.mean, 0);
  const auto enthusiastic = enthusiastic_prior(3, 0.1);
  EXPECT_NEAR(probability_beyond(enthusiastic, 0, Better::higher), 0.9, 1e-14);
  // A benefit that points downward.
  EXPECT_NEAR(probability_beyond(sceptical_prior(-3), 3, Better::lower), 0.05, 1e-14);
  EXPECT_NEAR(probability_beyond(enthusiastic_prior(-3), 0, Better::lower), 0.95, 1e-14);
}

TEST(BayesRule, PosteriorIsThePrecisionWeightedMean) {
  // By hand: precisions 1/4 and 1, mean (0/4 + 3)/(5/4) = 2.4, sd sqrt(4/5).
  const auto belief = posterior({0, 2}, 3, 1);
  EXPECT_NEAR(belief.mean, 2.4, 1e-15);
  EXPECT_NEAR(belief.sd, std::sqrt(0.8), 1e-15);
  EXPECT_EQ(posterior({}, 3, 1).mean, 3);
  EXPECT_EQ(posterior({1, 0}, 3, 1).mean, 1);
  EXPECT_TRUE(std::isfinite(posterior({0, 1e-200}, 3, 1e200).mean));
}

TEST(BayesRule, AFlatPriorDecidesAsTheZTest) {
  Workspace workspace;
  for (double effect = -4; effect <= 4; effect += 0.01) {
    const auto estimate = wald(effect, 1, normal_df, 50, {}, workspace);
    EXPECT_EQ(decide(BayesRule{}, estimate).success, decide(estimate, Hypothesis{}, workspace).favourable) << effect;
    EXPECT_EQ(decide(BayesRule{.better = Better::lower}, estimate).success,
              decide(estimate, Hypothesis{.better = Better::lower}, workspace).favourable);
  }
}

TEST(BayesRule, HistoricalControlsShrinkTheReference) {
  // Weight 0 is the trial alone.
  const auto alone = effect_with_historical_control(5, 1, 3, 1, {2, 0.5, 0});
  EXPECT_EQ(alone.mean, 2);
  EXPECT_NEAR(alone.sd, std::sqrt(2.0), 1e-15);
  // Full weight: precisions 4 and 1, reference mean (2*4 + 3)/5 = 2.2.
  const auto full = effect_with_historical_control(5, 1, 3, 1, {2, 0.5, 1});
  EXPECT_NEAR(full.mean, 2.8, 1e-15);
  EXPECT_NEAR(full.sd, std::sqrt(1.2), 1e-15);
  // A quarter of the weight: equal precisions.
  EXPECT_NEAR(effect_with_historical_control(5, 1, 3, 1, {2, 0.5, 0.25}).mean, 2.5, 1e-15);
}

TEST(BayesRule, PowerAveragedOverAPriorIsTheAssurance) {
  // The rejection boundary of the rule integrated over normal data and prior reproduces the published assurance:
  // I = n/2, prior N(.5, .2^2), beneficial direction.
  for (const auto& [n, published] : {std::pair{64.0, 0.717406}, std::pair{100.0, 0.818498}}) {
    const double se = std::sqrt(2 / n);
    double low = 0, high = 2;
    Workspace workspace;
    for (int step = 0; step < 100; ++step) {
      const double middle = (low + high) / 2;
      (decide(BayesRule{}, wald(middle, se, normal_df, 0, {}, workspace)).success ? high : low) = middle;
    }
    EXPECT_NEAR(normal_above((high - 0.5) / std::hypot(se, 0.2)), published, 5e-7);
  }
}

TEST(BayesRule, PassesFailuresOn) {
  EXPECT_EQ(decide(BayesRule{}, failed(Failure::separation)).failure, Failure::separation);
  Estimate without_se;
  without_se.estimate = 1;
  EXPECT_EQ(decide(BayesRule{}, without_se).failure, Failure::no_variation);
  EXPECT_FALSE(decide(BayesRule{}, without_se).success);
}

}  // namespace
}  // namespace vcohort::analysis
