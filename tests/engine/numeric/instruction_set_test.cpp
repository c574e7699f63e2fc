#include "engine/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/vector_math.hpp"

namespace vcohort {
namespace {

constexpr InstructionSet all_sets[] = {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512};

class OnEachInstructionSet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!is_available(GetParam())) GTEST_SKIP() << name_of(GetParam()) << " is not available";
    force_instruction_set(GetParam());
  }
  void TearDown() override { force_instruction_set(best_instruction_set()); }
};

INSTANTIATE_TEST_SUITE_P(Sets, OnEachInstructionSet, testing::ValuesIn(all_sets),
                         [](const auto& set) { return std::string(name_of(set.param)); });

/// Inputs for all functions; an odd number, so that the loops have a remainder.
std::vector<double> inputs(double low, double high) {
  std::mt19937_64 bits(5);
  std::vector<double> values(100'003);
  for (double& value : values) value = low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
  return values;
}

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

/// Folds the bits of all values into one number (FNV-1a over 64-bit words).
std::uint64_t digest(const std::vector<double>& values) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const double value : values) hash = (hash ^ bits_of(value)) * 0x100000001b3;
  return hash;
}

TEST_P(OnEachInstructionSet, ArraysHaveTheBitsOfTheScalars) {
  const std::vector<double> x = inputs(-720.0, 720.0);
  const std::vector<double> p = inputs(0.0, 1.0);
  std::vector<double> result(x.size()), cosines(x.size());

  exp_of(x, result);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(bits_of(result[i]), bits_of(exp_of(x[i]))) << x[i];
  ilogit_of(x, result);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(bits_of(result[i]), bits_of(ilogit_of(x[i]))) << x[i];
  log_of(p, result);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(bits_of(result[i]), bits_of(log_of(p[i]))) << p[i];
  logit_of(p, result);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(bits_of(result[i]), bits_of(logit_of(p[i]))) << p[i];
  pow_of(p, x, result);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(bits_of(result[i]), bits_of(pow_of(p[i], x[i]))) << x[i];
  sincos_turns(p, result, cosines);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double sine = 0.0;
    double cosine = 0.0;
    sincos_turns(p[i], &sine, &cosine);
    ASSERT_EQ(bits_of(result[i]), bits_of(sine)) << p[i];
    ASSERT_EQ(bits_of(cosines[i]), bits_of(cosine)) << p[i];
  }
}

// The digests are of this program's own output: they say nothing about accuracy (elementary_test does), and everything
// about whether another compiler, another level of optimisation or another processor gives the same bits.
TEST_P(OnEachInstructionSet, BitsAreTheSameInEveryBuild) {
  std::vector<double> values = inputs(-700.0, 700.0);
  exp_of(values, values);
  EXPECT_EQ(digest(values), 0xa98f7362ef179eb0);
  log_of(values, values);
  EXPECT_EQ(digest(values), 0xef7ac2fec70247ec);
  ilogit_of(values, values);
  EXPECT_EQ(digest(values), 0x0d2e7c17386e901c);
  std::vector<double> sines = inputs(0.0, 1.0);
  std::vector<double> cosines(sines.size());
  sincos_turns(sines, sines, cosines);
  EXPECT_EQ(digest(sines), 0xd6c993b5edd9bd60);
  EXPECT_EQ(digest(cosines), 0x9c73e0ec099ed145);
}

TEST_P(OnEachInstructionSet, IsActiveOnceForced) {
  EXPECT_EQ(active_instruction_set(), GetParam());
}

TEST(NormalFunctions, BitsAreTheSameInEveryBuild) {
  std::vector<double> values = inputs(-9.0, 9.0);
  for (double& value : values) value = normal_cdf(value);
  EXPECT_EQ(digest(values), 0x4cadf38ce739ee5a);
  for (double& value : values) value = normal_quantile(value);
  EXPECT_EQ(digest(values), 0xd9e97001a3d66ce8);
}

TEST(InstructionSets, TheBestOneIsAvailable) {
  EXPECT_TRUE(is_available(best_instruction_set()));
  EXPECT_TRUE(is_available(InstructionSet::baseline));
}

TEST(InstructionSets, AnUnavailableOneIsRefused) {
  for (const InstructionSet set : all_sets) {
    if (!is_available(set)) {
      EXPECT_THROW(force_instruction_set(set), InvalidInput);
    }
  }
}

TEST(VectorMath, RefusesArraysOfDifferentLength) {
  std::vector<double> x(3), y(4);
  EXPECT_THROW(exp_of(x, y), InternalError);
  EXPECT_THROW(pow_of(x, y, y), InternalError);
  EXPECT_THROW(sincos_turns(x, x, y), InternalError);
}

}  // namespace
}  // namespace vcohort
