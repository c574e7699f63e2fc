#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/trial/randomisation.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

using Method = Randomisation::Method;

std::vector<Arm> arms_of(std::initializer_list<int> ratios) {
  std::vector<Arm> arms;
  for (int ratio : ratios) {
    arms.emplace_back();
    arms.back().ratio = ratio;
  }
  return arms;
}

Allocation allocate(const Randomisation& design, std::span<const Arm> arms, std::size_t n, std::uint32_t replicate,
                    const std::vector<std::vector<int>>& level = {}, const std::vector<int>& levels = {}) {
  std::vector<std::uint64_t> patients(n);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  Allocation allocation;
  Randomiser::Memory memory;
  Randomiser(design, arms, levels).allocate(99, replicate, patients, level, memory, allocation);
  return allocation;
}

double correct_guesses(const Allocation& allocation) {
  return std::accumulate(allocation.guessed.begin(), allocation.guessed.end(), 0.0);
}

double imbalance_of(const std::vector<int>& arm, std::span<const Arm> arms) {
  std::vector<double> in_arm(arms.size());
  for (const int a : arm) in_arm[static_cast<std::size_t>(a)] += 1;
  return imbalance(in_arm, arms);
}

/// Permuted blocks patient by patient: what the loop over blocks is held against.
Allocation one_by_one(const Randomisation& design, std::span<const Arm> arms, std::span<const double> uniform,
                      const std::vector<int>& stratum, int strata) {
  double sum = 0;
  for (const Arm& arm : arms) sum += arm.ratio;
  std::vector<std::vector<double>> left(static_cast<std::size_t>(strata), std::vector<double>(arms.size()));
  auto allocated = left;
  Allocation out;
  for (std::size_t i = 0; i < uniform.size(); ++i) {
    auto& here = left[static_cast<std::size_t>(stratum[i])];
    auto& before = allocated[static_cast<std::size_t>(stratum[i])];
    double total = std::accumulate(here.begin(), here.end(), 0.0);
    if (total == 0)
      for (std::size_t k = 0; k < arms.size(); ++k) total += here[k] = arms[k].ratio * design.block / sum;
    std::size_t arm = 0;
    for (double below = here[0]; uniform[i] * total >= below; below += here[arm]) ++arm;
    const double behind = *std::min_element(before.begin(), before.end()) + 1e-9;
    const auto tied = std::count_if(before.begin(), before.end(), [&](double x) { return x <= behind; });
    out.guessed.push_back(before[arm] <= behind ? 1.0 / static_cast<double>(tied) : 0.0);
    out.arm.push_back(static_cast<int>(arm));
    here[arm] -= 1;
    before[arm] += 1.0 / arms[arm].ratio;
  }
  return out;
}

TEST(Randomisation, BlocksSideBySideAreThoseOneByOne) {
  std::mt19937 any(7);
  const auto below = [&](int n) { return static_cast<int>(any() % static_cast<unsigned>(n)); };
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<Arm> arms(static_cast<std::size_t>(2 + below(trial % 2 ? 1 : 4)));
    int sum = 0;
    for (Arm& arm : arms) sum += arm.ratio = 1 + below(3);
    Randomisation design;
    design.block = sum * (1 + below(4));
    const int strata = trial % 3 ? 1 : 4;
    if (strata > 1) design.stratify = {"sex", "gmfcs"};
    const std::size_t n = 1 + static_cast<std::size_t>(below(300));
    std::vector<std::vector<int>> level(strata > 1 ? 2 : 0, std::vector<int>(n));
    std::vector<int> stratum(n);
    for (std::size_t i = 0; i < n && strata > 1; ++i) {
      for (auto& column : level) column[i] = below(2);
      stratum[i] = 2 * level[0][i] + level[1][i];
    }
    const std::vector<int> levels(level.size(), 2);
    std::vector<double> uniform(n);
    for (std::size_t i = 0; i < n; ++i)
      uniform[i] = shared_uniform_at(99, {static_cast<std::uint32_t>(trial), i, Purpose::randomisation});
    const Allocation wanted = one_by_one(design, arms, uniform, stratum, strata);
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
      if (!is_available(set)) continue;
      force_instruction_set(set);
      const Allocation found = allocate(design, arms, n, static_cast<std::uint32_t>(trial), level, levels);
      EXPECT_EQ(found.arm, wanted.arm) << trial;
      EXPECT_EQ(found.guessed, wanted.guessed) << trial;
    }
    force_instruction_set(best_instruction_set());
  }
}

/// Blackwell and Hodges: .75 for blocks of two, 17/24 for blocks of four.
TEST(Randomisation, PermutedBlocksAreGuessedAsOftenAsTheyShould) {
  const std::vector<Arm> arms = arms_of({1, 1});
  for (const auto& [block, share] : {std::pair{2, 0.75}, std::pair{4, 0.708333}}) {
    Randomisation design;
    design.block = block;
    constexpr std::size_t n = 400000;
    const Allocation allocation = allocate(design, arms, n, 0);
    EXPECT_NEAR(correct_guesses(allocation) / n, share, mcse_allowed * binomial_se(share, n) + 1e-6);
  }
}

TEST(Randomisation, WholeBlocksHaveTheRatio) {
  const std::vector<Arm> arms = arms_of({1, 2});
  Randomisation design;
  design.block = 6;
  const Allocation allocation = allocate(design, arms, 600, 3);
  for (std::size_t block = 0; block < 100; ++block)
    EXPECT_EQ(std::accumulate(allocation.arm.begin() + static_cast<long>(6 * block),
                              allocation.arm.begin() + static_cast<long>(6 * block + 6), 0),
              4);
}

TEST(Randomisation, StrataHaveBlocksOfTheirOwn) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.block = 4;
  design.stratify = {"sex"};
  std::vector<std::vector<int>> level(1);
  for (int i = 0; i < 400; ++i) level[0].push_back(i % 7 < 3);
  const Allocation allocation = allocate(design, arms, 400, 1, level, {2});
  for (int stratum = 0; stratum < 2; ++stratum) {
    int difference = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      if (level[0][i] != stratum) continue;
      difference += allocation.arm[i] == 0 ? 1 : -1;
      EXPECT_LE(std::abs(difference), 2);
    }
  }
}

/// Simple randomisation: the share of correct guesses is one half, and |n1 - n2| has mean sqrt(2 n / pi).
TEST(Randomisation, SimpleIsUnpredictableAndUnbalanced) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.method = Method::simple;
  double correct = 0, difference = 0;
  constexpr int replicates = 4000, n = 100;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const Allocation allocation = allocate(design, arms, n, r);
    correct += correct_guesses(allocation);
    difference += imbalance_of(allocation.arm, arms);
  }
  EXPECT_NEAR(correct / (replicates * n), 0.5, mcse_allowed * binomial_se(0.5, double{replicates} * n));
  constexpr double exact = 7.958923738717876;  // n C(n, n/2) / 2^n for n = 100
  EXPECT_NEAR(difference / replicates, exact, mcse_allowed * std::sqrt((n - exact * exact) / replicates));
}

/// Efron (1971): in the long run |D| = 0 with probability 1 - r for even n, r = q/p; p = 2/3 gives r = 1/2.
TEST(Randomisation, BiasedCoinKeepsTheBalanceThatEfronFound) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.method = Method::biased_coin;
  design.probability = 2.0 / 3;
  int balanced = 0;
  constexpr int replicates = 20000;
  for (std::uint32_t r = 0; r < replicates; ++r) balanced += imbalance_of(allocate(design, arms, 60, r).arm, arms) == 0;
  EXPECT_NEAR(static_cast<double>(balanced) / replicates, 0.5, mcse_allowed * binomial_se(0.5, replicates));
}

/// Wei (1977): the urn UD(0, 1) allocates the second patient to the other arm; the variance of D tends to n/3.
TEST(Randomisation, UrnVariance) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.method = Method::urn;
  design.urn_start = 1;
  design.urn_add = 1;
  double squares = 0;
  constexpr int replicates = 20000, n = 200;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const double d = imbalance_of(allocate(design, arms, n, r).arm, arms);
    squares += d * d;
  }
  // E D_k^2 by recursion: E D_{k+1}^2 = E D_k^2 (1 - 2/(k + 2)) + 1, since P(next = 1) = 1/2 - D / (2 (k + 2)).
  double exact = 0;
  for (int k = 0; k < n; ++k) exact = exact * (1 - 2.0 / (k + 2)) + 1;
  EXPECT_NEAR(squares / replicates, exact, mcse_allowed * exact * std::sqrt(2.0 / replicates));
}

TEST(Randomisation, MinimisationBalancesMargins) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.method = Method::minimisation;
  design.probability = 1.0;
  std::vector<std::vector<int>> level(2);
  for (int i = 0; i < 90; ++i) {
    level[0].push_back(i % 3);
    level[1].push_back(i % 2);
  }
  const Allocation allocation = allocate(design, arms, 90, 5, level, {3, 2});
  for (std::size_t f = 0; f < 2; ++f)
    for (int l = 0; l < 3; ++l) {
      int difference = 0;
      for (std::size_t i = 0; i < 90; ++i)
        if (level[f][i] == l) difference += allocation.arm[i] == 0 ? 1 : -1;
      EXPECT_LE(std::abs(difference), 2);
    }
}

/// Every method reaches the ratio it was asked for. The bound is 4.5 standard errors of the mean share over replicates,
/// and two patients for what a finite trial of a balancing method may be ahead.
TEST(Randomisation, EveryMethodReachesTheRatio) {
  constexpr std::size_t n = 1200;
  constexpr int replicates = 200;
  for (const auto& ratios : {std::vector<int>{1, 2}, {2, 3, 1}, {1, 1}, {4, 1}}) {
    std::vector<Arm> arms;
    double sum = 0;
    for (int ratio : ratios) {
      arms.emplace_back();
      arms.back().ratio = ratio;
      sum += ratio;
    }
    for (const Method method :
         {Method::simple, Method::permuted_block, Method::minimisation, Method::biased_coin, Method::urn}) {
      Randomisation design;
      design.method = method;
      design.block = 2 * static_cast<int>(sum);
      design.probability = 0.9;
      std::vector<std::vector<int>> level;
      std::vector<int> levels;
      if (method == Method::minimisation || method == Method::permuted_block) {
        level.resize(2);
        for (std::size_t i = 0; i < n; ++i) {
          level[0].push_back(static_cast<int>(i % 3));
          level[1].push_back(static_cast<int>(i * i % 7 < 3));
        }
        levels = {3, 2};
        design.stratify = {"gmfcs", "sex"};
      }
      std::vector<double> share(arms.size()), squares(arms.size());
      for (std::uint32_t r = 0; r < replicates; ++r) {
        const Allocation allocation = allocate(design, arms, n, r, level, levels);
        for (std::size_t k = 0; k < arms.size(); ++k) {
          const auto in_arm = std::count(allocation.arm.begin(), allocation.arm.end(), static_cast<int>(k));
          const double here = static_cast<double>(in_arm) / n;
          share[k] += here / replicates;
          squares[k] += here * here / replicates;
        }
      }
      for (std::size_t k = 0; k < arms.size(); ++k) {
        const double error = std::sqrt(std::max(0.0, squares[k] - share[k] * share[k]) / replicates);
        EXPECT_NEAR(share[k], ratios[k] / sum, mcse_allowed * error + 2.0 / n)
            << "arm " << k << " of " << ratios.size() << ", method " << static_cast<int>(method);
      }
    }
  }
}

/// Blocks of three at 1:2, by hand: the first patient's arms tie, the guess is right by chance, 1/2; the second's and
/// third's guesses follow from who is behind by patients / ratio. (arm 0 first, 1/3): then 1 is behind, right, and 1 is
/// behind again at 1 against 1/2, right. (1, 0, 1): 0 is behind, right; then 1 is behind, right. (1, 1, 0): 0 is
/// behind, wrong; 0 is behind, right. In all 1/2 + (1/3) 2 + (1/3) 2 + (1/3) 1 of 3.
TEST(Randomisation, UnequalBlocksAreGuessedAsOftenAsTheyShould) {
  const std::vector<Arm> arms = arms_of({1, 2});
  Randomisation design;
  design.block = 3;
  constexpr std::size_t n = 300000;
  const Allocation allocation = allocate(design, arms, n, 0);
  const double share = (0.5 + 5.0 / 3) / 3;
  EXPECT_NEAR(correct_guesses(allocation) / n, share, mcse_allowed * binomial_se(share, n));
}

/// The places of an arm have balls of their own: at 1:2 the urn starts with 1 + 2; a draw of arm 1 adds a ball to arm 0
/// and one to the other place of arm 1, after which it has 3 of 5.
TEST(Randomisation, UrnOverPlaces) {
  const std::vector<Arm> arms = arms_of({1, 2});
  Randomisation design;
  design.method = Method::urn;
  double second = 0, first = 0;
  constexpr int replicates = 40000;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const Allocation allocation = allocate(design, arms, 2, r);
    first += allocation.arm[0] == 1;
    second += allocation.arm[0] == 1 && allocation.arm[1] == 1;
  }
  EXPECT_NEAR(first / replicates, 2.0 / 3, mcse_allowed * binomial_se(2.0 / 3, replicates));
  EXPECT_NEAR(second / first, 3.0 / 5, mcse_allowed * binomial_se(3.0 / 5, first));
}

TEST(Randomisation, HoldsItsCallerToAProbabilityThatHoldsTheRatio) {
  for (const Method method : {Method::minimisation, Method::biased_coin}) {
    Randomisation design;
    design.method = method;
    design.probability = 0.75;
    EXPECT_THROW(Randomiser(design, arms_of({1, 3}), {}), InternalError);
    EXPECT_NO_THROW(Randomiser(design, arms_of({1, 2}), {}));
    design.probability = 0.5;
    EXPECT_NO_THROW(Randomiser(design, arms_of({1, 1}), {}));
  }
}

TEST(Randomisation, APrefixIsTheSmallerTrial) {
  const std::vector<Arm> arms = arms_of({1, 1, 2});
  for (const Method method :
       {Method::simple, Method::permuted_block, Method::minimisation, Method::biased_coin, Method::urn}) {
    Randomisation design;
    design.method = method;
    const Allocation small = allocate(design, arms, 37, 8), large = allocate(design, arms, 91, 8);
    EXPECT_TRUE(std::equal(small.arm.begin(), small.arm.end(), large.arm.begin()));
  }
}

TEST(Randomisation, RefusesABlockThatCannotHoldTheRatios) {
  const std::vector<Arm> arms = arms_of({1, 2});
  Randomisation design;
  design.block = 4;
  EXPECT_THROW(Randomiser(design, arms, {}), InternalError);
}

/// Two sexes, two levels: patients of (0, 1) and of (1, 0) take turns. In blocks of two each pair of a stratum has both
/// arms.
TEST(Randomisation, NoTwoStrataShareABlock) {
  const std::vector<Arm> arms = arms_of({1, 1});
  Randomisation design;
  design.block = 2;
  design.stratify = {"sex", "gmfcs"};
  std::vector<std::vector<int>> level(2);
  for (int i = 0; i < 400; ++i) {
    level[0].push_back(i % 2);
    level[1].push_back(1 - i % 2);
  }
  const Allocation allocation = allocate(design, arms, 400, 1, level, {2, 2});
  for (std::size_t i = 0; i < 400; i += 4) {
    EXPECT_EQ(allocation.arm[i] + allocation.arm[i + 2], 1);
    EXPECT_EQ(allocation.arm[i + 1] + allocation.arm[i + 3], 1);
  }
}

/// At 1:2 and probability 1, by hand. Patients / ratio would be (1, 0) or (0, 1/2): arm 1 is nearer. Then (1, 1/2) or
/// (0, 1): arm 0. Then (2, 1/2) or (1, 1): arm 1, and all is as at the start.
TEST(Randomisation, MinimisationCountsPatientsPerRatio) {
  const std::vector<Arm> arms = arms_of({1, 2});
  Randomisation design;
  design.method = Method::minimisation;
  design.probability = 1;
  const Allocation allocation = allocate(design, arms, 60, 2);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(allocation.arm[i], i % 3 == 1 ? 0 : 1) << i;
}

/// At 1:2: one and two patients are 1 and 1; one and four are 1 and 2.
TEST(Randomisation, ImbalanceIsOfPatientsPerRatio) {
  const std::vector<Arm> arms = arms_of({1, 2});
  EXPECT_EQ(imbalance_of({0, 1, 1}, arms), 0);
  EXPECT_EQ(imbalance_of({0, 1, 1, 1, 1}, arms), 1);
}

}  // namespace
}  // namespace vcohort::test
