#include <gtest/gtest.h>

#include "engine/analysis/power_formulas.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/trial/sample_size.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

/// Rejections of a z test with effect d per SD: replicate r rejects when its normal exceeds z - d sqrt(N)/2.
CountRejections z_test(double effect, double sawtooth = 0, std::uint64_t seed = 11) {
  return [=](std::int64_t n, std::int64_t from, std::int64_t to) {
    RejectionCounts counts;
    double power_score = effect * std::sqrt(static_cast<double>(n)) / 2 - normal_quantile(0.975);
    if (sawtooth > 0 && n / 2 % 2 == 1) power_score -= sawtooth;
    for (std::int64_t r = from; r < to; ++r) {
      const double normal = normals_at(seed, {static_cast<std::uint32_t>(r), 0, Purpose::test, 0, 0})[0];
      ++counts.replicates;
      counts.rejections += normal < power_score;
    }
    counts.favourable = counts.rejections;
    return counts;
  };
}

TEST(SampleSize, FindsWhatTheFormulaSays) {
  for (const double effect : {0.3, 0.5, 1.0}) {
    SampleSizeGoal goal;
    goal.search_replicates = 100000;
    goal.confirmation_replicates = 50000;
    const SampleSizeAnswer answer = find_sample_size(goal, z_test(effect));
    const double exact = std::pow(2 * (normal_quantile(0.975) + normal_quantile(0.9)) / effect, 2);
    ASSERT_TRUE(answer.found);
    // MCSE of the confirmed power over the slope of the curve, in patients, and the rounding to a multiple of two.
    const double slope = effect / (4 * std::sqrt(exact)) * 0.1754983319;  // phi at the 90 % quantile
    EXPECT_NEAR(static_cast<double>(answer.sample_size), exact, mcse_allowed * binomial_se(0.9, 50000) / slope + 2)
        << effect;
    EXPECT_LE(answer.lower, answer.sample_size);
    EXPECT_GE(answer.upper, answer.sample_size);
    EXPECT_GE(answer.power, 0.9);
    EXPECT_EQ(answer.sample_size % 2, 0);
  }
}

/// 400 searches: the interval contains the size that is needed in 95 % of them, within 4.5 standard errors, and the
/// answers do not lean to one side by more than a rounding to a multiple of two.
TEST(SampleSize, IntervalsCover) {
  constexpr int searches = 400;
  constexpr double effect = 0.3;
  const double exact = std::pow(2 * (normal_quantile(0.975) + normal_quantile(0.9)) / effect, 2);
  SampleSizeGoal goal;
  goal.search_replicates = 4000;
  goal.confirmation_replicates = 4000;
  int covered = 0;
  double sum = 0, squares = 0;
  for (int k = 0; k < searches; ++k) {
    const SampleSizeAnswer answer = find_sample_size(goal, z_test(effect, 0, 1000 + static_cast<std::uint64_t>(k)));
    ASSERT_TRUE(answer.found);
    const double needed = 2 * std::ceil(exact / 2), error = static_cast<double>(answer.sample_size) - needed;
    covered += static_cast<double>(answer.lower) <= needed && needed <= static_cast<double>(answer.upper);
    sum += error;
    squares += error * error;
  }
  EXPECT_NEAR(covered, 0.95 * searches, 4.5 * std::sqrt(searches * 0.95 * 0.05));
  EXPECT_LT(std::fabs(sum / searches), 0.02 * exact);
  EXPECT_LT(std::sqrt(squares / searches), 0.04 * exact);
}

/// Every other size has less power than the ones beside it.
TEST(SampleSize, FindsTheFirstSizeOfASawtooth) {
  SampleSizeGoal goal;
  goal.confirmation_replicates = 50000;
  const CountRejections sawtooth = z_test(0.5, 0.3);
  // Phi(0.5 sqrt(n) / 2 - 1.96) reaches 0.9 at 168.1, and is 0.8994 at 168; n / 2 must be even.
  const SampleSizeAnswer smallest = find_sample_size(goal, sawtooth);
  goal.first = true;
  const SampleSizeAnswer first = find_sample_size(goal, sawtooth);
  ASSERT_TRUE(first.found && smallest.found);
  EXPECT_NEAR(static_cast<double>(first.sample_size), 170, 6);
  EXPECT_EQ(first.sample_size % 4, 0);
  EXPECT_GT(smallest.sample_size, first.sample_size + 10);
  EXPECT_GE(first.power, 0.9);
}

/// A trial that a day or a number of events ends has no more power from some size on; a target just below that is
/// reached where the curve is steep.
TEST(SampleSize, IsNotDrawnIntoAPlateau) {
  const CountRejections steep = z_test(0.5);
  for (const double target : {0.7, 0.72}) {
    SampleSizeGoal goal;
    goal.power = target;
    const SampleSizeAnswer answer = find_sample_size(goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
      return steep(std::min<std::int64_t>(n, 106), from, to);  // a power of 0.7308
    });
    const double exact = std::pow(2 * (normal_quantile(0.975) + normal_quantile(target)) / 0.5, 2);
    ASSERT_TRUE(answer.found);
    EXPECT_NEAR(static_cast<double>(answer.sample_size), exact, 6) << target;
    EXPECT_LT(static_cast<double>(answer.upper), 1.3 * exact) << target;
  }
}

TEST(SampleSize, SaysWhenNoSizeSuffices) {
  SampleSizeGoal goal;
  goal.largest = 100;
  const SampleSizeAnswer answer = find_sample_size(goal, z_test(0.2));
  EXPECT_FALSE(answer.found);
  EXPECT_LT(answer.ceiling, 0.9);
  EXPECT_EQ(answer.curve.back().sample_size, 100);
}

/// Odd pairs lose .3 in score: the answer must be one after which the larger sizes hold as well.
TEST(SampleSize, HeedsASawtooth) {
  SampleSizeGoal goal;
  goal.search_replicates = 50000;
  const SampleSizeAnswer answer = find_sample_size(goal, z_test(0.5, 0.3));
  ASSERT_TRUE(answer.found);
  const double smooth = std::pow(2 * (normal_quantile(0.975) + normal_quantile(0.9)) / 0.5, 2);
  const double lossy = std::pow(2 * (normal_quantile(0.975) + normal_quantile(0.9) + 0.3) / 0.5, 2);
  EXPECT_GT(answer.sample_size, smooth);
  EXPECT_LT(answer.sample_size, 1.1 * lossy);
}

TEST(SampleSize, OfATrial) {
  Study study = normal_trial("t", 100, 0.5, 1000);
  const Trial trial(study, no_evidence());
  SampleSizeGoal goal;
  goal.multiple = sample_size_multiple(*study.trial);
  const SampleSizeAnswer answer = find_sample_size(
      goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) { return trial.count_rejections(n, from, to); });
  ASSERT_TRUE(answer.found);
  EXPECT_NEAR(static_cast<double>(answer.sample_size), 170,
              8);  // 86 per arm give .90323, 85 give .8988; 4.5 MCSE of 20,000 are .0095
}

/// Above 400 events of so many patients are not expected, below 10 there are too few: no value in either case.
TEST(SampleSize, AFormulaThatEndsIsSearchedUpToItsEnd) {
  const auto ending = [](double per_event) {
    return
        [per_event](std::int64_t n) { return n < 10 || n > 400 ? std::nan("") : per_event * static_cast<double>(n); };
  };
  const SampleSizeGoal goal{.power = 0.8, .smallest = 4, .largest = 480, .multiple = 1};
  EXPECT_EQ(smallest_size_of(goal, ending(0.0025)), 320);
  EXPECT_EQ(smallest_size_of(goal, ending(0.001)), std::nullopt);
  EXPECT_EQ(smallest_size_of(goal, [](std::int64_t) { return std::nan(""); }), std::nullopt);
}

/// R: pbinom of one arm that responds with 30 %, against 10 % at a level of 5 %: 25, 26 and 27 patients reach a power
/// of 0.8, 28 do not (0.780), and all from 29 on do.
TEST(SampleSize, TheFormulaOfADiscreteTest) {
  const auto power = [](std::int64_t n) {
    return analysis::exact_binomial_power(0.3, 0.1, static_cast<double>(n), {0.05, false});
  };
  SampleSizeGoal goal{.power = 0.8, .smallest = 1, .largest = 1000, .multiple = 1, .sawtooth = true};
  EXPECT_EQ(smallest_size_of(goal, power), 29);
  goal.first = true;
  EXPECT_EQ(smallest_size_of(goal, power), 25);
}

}  // namespace
}  // namespace vcohort::test
