#include "engine/analysis/bayes_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/analysis/estimate.hpp"
#include "engine/numeric/elementary.hpp"

namespace vcohort::analysis {
namespace {

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
    for (const Better better : {Better::higher, Better::lower}) {
      const auto by_posterior = decide(estimate, {.better = better, .posterior = PosteriorRule{}}, workspace);
      EXPECT_EQ(by_posterior.rejected, decide(estimate, {.better = better}, workspace).favourable) << effect;
      EXPECT_EQ(by_posterior.favourable, by_posterior.rejected);
    }
  }
}

TEST(BayesRule, AMarginIsExceededOrLackedInTheBetterDirection) {
  // With a flat prior and a margin of 1.5 the z-test of the same hypothesis, in both directions.
  Workspace workspace;
  for (double effect = -4; effect <= 4; effect += 0.1) {
    const auto estimate = wald(effect, 1, normal_df, 50, {}, workspace);
    for (const Aim aim : {Aim::superiority, Aim::non_inferiority})
      for (const Better better : {Better::higher, Better::lower}) {
        const Hypothesis test{.aim = aim, .sides = 1, .alpha = 0.025, .margin = 1.5, .better = better};
        Hypothesis rule = test;
        rule.posterior.emplace();
        EXPECT_NEAR(decide(estimate, rule, workspace).p, decide(estimate, test, workspace).p, 1e-14) << effect;
      }
  }
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
      (decide(wald(middle, se, normal_df, 0, {}, workspace), {.posterior = PosteriorRule{}}, workspace).rejected
           ? high
           : low) = middle;
    }
    EXPECT_NEAR(normal_cdf((0.5 - high) / std::hypot(se, 0.2)), published, 5e-7);
  }
}

TEST(BayesRule, PassesFailuresOn) {
  Workspace workspace;
  const Hypothesis rule{.posterior = PosteriorRule{}};
  EXPECT_EQ(decide(failed(Failure::separation), rule, workspace).failure, Failure::separation);
  Estimate without_se;
  without_se.estimate = 1;
  EXPECT_EQ(decide(without_se, rule, workspace).failure, Failure::no_variation);
  EXPECT_FALSE(decide(without_se, rule, workspace).rejected);
}

TEST(BayesRule, ACertainBeliefLiesAboveItsMarginOnlyBeyondIt) {
  // P(X > 1) of an X that is 1 for certain is 0, as that of a smaller one; of a larger one it is 1.
  EXPECT_EQ(probability_above({1, 0}, 1), 0);
  EXPECT_EQ(probability_above({0.5, 0}, 1), 0);
  EXPECT_EQ(probability_above({1.5, 0}, 1), 1);
}

}  // namespace
}  // namespace vcohort::analysis
