#include "engine/analysis/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

Estimate at(double estimate, Workspace& workspace, double df = normal_df) {
  return wald(estimate, 1, df, 10, {}, workspace);
}

TEST(Decision, SuperiorityOneAndTwoSided) {
  Workspace workspace;
  const Hypothesis two_sided;
  EXPECT_FALSE(decide(at(1.95, workspace), two_sided, workspace).rejected);
  EXPECT_TRUE(decide(at(1.97, workspace), two_sided, workspace).favourable);
  const auto harm = decide(at(-1.97, workspace), two_sided, workspace);
  EXPECT_TRUE(harm.rejected);
  EXPECT_FALSE(harm.favourable);
  const Hypothesis one_sided{.sides = 1};
  EXPECT_FALSE(decide(at(1.64, workspace), one_sided, workspace).rejected);
  EXPECT_TRUE(decide(at(1.65, workspace), one_sided, workspace).rejected);
  EXPECT_FALSE(decide(at(-5, workspace), one_sided, workspace).rejected);
  const Hypothesis lower{.sides = 1, .better = Better::lower};
  EXPECT_TRUE(decide(at(-1.65, workspace), lower, workspace).favourable);
}

TEST(Decision, SuperiorityByAMarginHasOneGoodDirection) {
  Workspace workspace;
  // P 1, 1.1, 0.9 and T 2, 2.1, 1.9: R's t.test(T, P, mu = 5, alternative = "greater", var.equal = TRUE) has
  // t = -48.99 on 4 degrees of freedom. Worse than the margin is no finding, at whatever number of sides.
  const Estimate t_test = wald(1, std::sqrt(0.02 / 3), 4, 6, {}, workspace);
  for (const int sides : {1, 2}) {
    const Hypothesis by_five{.sides = sides, .margin = 5};
    const Decision missed = decide(t_test, by_five, workspace);
    EXPECT_NEAR(missed.statistic, -48.98979, 1e-5);
    EXPECT_GT(missed.p, 0.999999);
    EXPECT_FALSE(missed.rejected || missed.favourable);
    // Half of a two-sided level, so that a 95 % interval above the margin is what is asked for.
    EXPECT_EQ(decide(at(2.9, workspace), {.sides = sides, .margin = 1}, workspace).rejected, sides == 1);
    EXPECT_TRUE(decide(at(2.97, workspace), {.sides = sides, .margin = 1}, workspace).favourable);
    EXPECT_TRUE(
        decide(at(-2.97, workspace), {.sides = sides, .margin = 1, .better = Better::lower}, workspace).rejected);
  }
}

TEST(Decision, NonInferiorityAndEquivalenceAgreeWithTheInterval) {
  Workspace workspace;
  for (const int sides : {1, 2}) {
    for (const auto better : {Better::higher, Better::lower}) {
      const Hypothesis non_inferiority{
          .aim = Aim::non_inferiority, .sides = sides, .alpha = 0.05, .margin = 2.5, .better = better};
      const Hypothesis equivalence{.aim = Aim::equivalence, .sides = sides, .alpha = 0.05, .margin = 2.5};
      for (double effect = -5; effect <= 5; effect += 0.037) {
        const auto estimate = wald(effect, 1, 17, 19, {.level = interval_level(non_inferiority)}, workspace);
        const bool not_worse = better == Better::higher ? estimate.lower > -2.5 : estimate.upper < 2.5;
        const auto decision = decide(estimate, non_inferiority, workspace);
        EXPECT_EQ(decision.rejected, not_worse) << effect;
        EXPECT_EQ(decision.p <= 0.05 / sides, not_worse) << effect;
        const auto same = decide(estimate, equivalence, workspace);
        EXPECT_EQ(same.rejected, estimate.lower > -2.5 && estimate.upper < 2.5) << effect;
        EXPECT_EQ(same.p <= 0.05 / sides, same.rejected) << effect;
      }
    }
  }
}

TEST(Decision, LeavingOutThePValueChangesNothingElse) {
  Workspace workspace;
  for (double effect = -3; effect <= 3; effect += 0.01) {
    const auto with = decide(at(effect, workspace, 9), {}, workspace);
    const auto without = decide(at(effect, workspace, 9), {}, workspace, false);
    EXPECT_EQ(with.rejected, without.rejected);
    EXPECT_EQ(with.rejected, with.p <= 0.05);
  }
}

TEST(Decision, AFailureIsNotANonRejection) {
  Workspace workspace;
  const auto decision = decide(failed(Failure::separation), {}, workspace);
  EXPECT_EQ(decision.failure, Failure::separation);
  EXPECT_FALSE(decision.rejected);
  Estimate score = at(3, workspace);
  score.reference = Reference::score;
  EXPECT_EQ(decide(score, {.aim = Aim::non_inferiority, .margin = 1}, workspace).failure, Failure::null_not_supported);
  EXPECT_EQ(decide(score, {.aim = Aim::equivalence, .margin = 1}, workspace).failure, Failure::null_not_supported);
  score.reference = Reference::exact;
  EXPECT_EQ(decide(score, {.aim = Aim::non_inferiority, .margin = 1}, workspace).failure, Failure::null_not_supported);
}

TEST(Decision, SenselessHypothesesBreakThePromise) {
  EXPECT_THROW(check(Hypothesis{.sides = 3}), InternalError);
  EXPECT_THROW(check(Hypothesis{.alpha = 0}), InternalError);
  EXPECT_THROW(check(Hypothesis{.alpha = 1}), InternalError);
  EXPECT_THROW(check(Hypothesis{.margin = -1}), InternalError);
  EXPECT_THROW(check(Hypothesis{.aim = Aim::equivalence}), InternalError);
  EXPECT_NO_THROW(check(Hypothesis{}));
}

// A bound of z has the tail of a z, whatever the degrees of freedom of the statistic that is compared with it.
TEST(Standing, IsComparedWithABoundOfTheSameTail) {
  Workspace workspace;
  EXPECT_EQ(standing(at(1.5, workspace), {}).benefit, 1.5);
  EXPECT_EQ(standing(at(1.5, workspace), {.better = Better::lower}).benefit, -1.5);
  EXPECT_EQ(standing(at(1.5, workspace, 12), {}).df, 12);
  EXPECT_EQ(standing(at(1.5, workspace), {}).middle, 1.5);
  EXPECT_EQ(standing(at(1.5, workspace), {}).worse, -1.5);
  for (const double z : {-6.0, -2.0, 0.5, 3.0, 6.0})
    for (const double df : {3.0, 12.0, 57.25}) {
      const double t = workspace.statistic_at(df, z);
      EXPECT_NEAR(student_above(std::fabs(t), df), normal_cdf(-std::fabs(z)), 1e-12 * normal_cdf(-std::fabs(z)));
      EXPECT_EQ(t < 0, z < 0);
      EXPECT_EQ(workspace.statistic_at(df, z), t) << "remembered";
    }
  for (const double z : {0.0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})
    EXPECT_EQ(workspace.statistic_at(12, z), z);
  EXPECT_EQ(workspace.statistic_at(normal_df, 1.5), 1.5);
}

// Both tails of an exact test contain what was seen: 0 of 10 against 1 of 10 has p = 1 on the one side, 0.5 on the
// other.
TEST(Standing, OfAnExactTestHasAPOfEachSide) {
  Estimate estimate;
  estimate.reference = Reference::exact;
  estimate.p_greater = 1;
  estimate.p_less = 0.5;
  const Standing here = standing(estimate, {});
  EXPECT_EQ(here.benefit, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(here.worse, 0);
  EXPECT_NEAR(normal_cdf(-here.middle), 0.75, 1e-15);
  EXPECT_EQ(standing(estimate, {.better = Better::lower}).benefit, 0);
  estimate.p_less = 1;  // nothing was seen
  EXPECT_EQ(standing(estimate, {}).middle, 0);
}

// Decisions and coverage without a search are those with one.
TEST(Workspace, KnowsWhatLiesBeyondACriticalValue) {
  Workspace workspace, plain;
  for (const double p : {0.05, 0.01, 0.2})
    for (double df = 0.6; df < 60; df += 0.37) {
      const double critical = student_critical(df, p);
      for (const double t :
           {critical, critical * (1 - 1e-9), critical * (1 + 1e-9), 0.9 * critical, 1.1 * critical, 0.0})
        for (const double sign : {-1.0, 1.0}) EXPECT_EQ(workspace.is_beyond(sign * t, df, p), t >= critical) << df;
      const Estimate full = wald(1, 2, df, 9, {.level = 1 - p}, plain);
      const Estimate bare = wald(1, 2, df, 9, {.level = 1 - p, .p_value = false, .limits = false}, workspace);
      EXPECT_TRUE(std::isnan(bare.lower) && std::isnan(bare.upper));
      for (const double value :
           {1 - 2.001 * critical, 1 - 1.999 * critical, 1 + 1.999 * critical, 1 + 2.001 * critical}) {
        EXPECT_EQ(covers(bare, value, p, workspace), covers(full, value, p, plain)) << df;
        EXPECT_EQ(covers(bare, value, p, workspace), std::fabs(value - 1) < 2 * critical);
      }
    }
}

TEST(Wald, RefusesWhatIsNotANumber) {
  Workspace workspace;
  EXPECT_EQ(wald(1, 0, 5, 7, {}, workspace).failure, Failure::no_variation);
  EXPECT_EQ(wald(unknown, 1, 5, 7, {}, workspace).failure, Failure::not_finite);
  EXPECT_EQ(wald(1, normal_df, 5, 7, {}, workspace).failure, Failure::not_finite);
  EXPECT_EQ(wald(1e300, 1e-300, 5, 7, {}, workspace).failure, Failure::not_finite);
}

TEST(Distribution, HasTheKnownQuantiles) {
  // Tables: 15 digits of the normal, R 4.2.2 qt(0.975, df) .
  EXPECT_NEAR(normal_quantile(0.975), 1.95996398454005, 1e-14);
  EXPECT_NEAR(student_critical(normal_df, 0.05), 1.95996398454005, 1e-14);
  EXPECT_NEAR(student_critical(1, 0.05), 12.7062047361747, 1e-12);
  EXPECT_NEAR(student_critical(38, 0.05), 2.02439416391197, 1e-13);
  EXPECT_NEAR(student_critical(7.5, 0.01), 3.42142268812404, 1e-12);
  EXPECT_NEAR(normal_cdf(-8), 6.22096057427178e-16, 1e-29);
}

TEST(Decision, AnExactPValueOfAlphaRejects) {
  // All 5 of 5 heads: P = 1/32 one-sided, the smallest alpha that rejects.
  Workspace workspace;
  Estimate heads;
  heads.reference = Reference::exact;
  heads.estimate = 1;
  heads.p_greater = 1.0 / 32;
  heads.p_less = 1;
  EXPECT_TRUE(decide(heads, {.sides = 1, .alpha = 1.0 / 32}, workspace).rejected);
  EXPECT_FALSE(decide(heads, {.sides = 1, .alpha = 1.0 / 33}, workspace).rejected);
}

}  // namespace
}  // namespace vcohort::analysis
