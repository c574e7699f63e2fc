#include "engine/random/addressed_engine.hpp"

#include <gtest/gtest.h>

#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

static_assert(std::uniform_random_bit_generator<AddressedEngine>);

constexpr std::uint64_t seed = 20260101;
const Address start{7, 123456789012, Purpose::test, 3, 10};

TEST(AddressedEngine, WalksTheBlocksInOrder) {
  AddressedEngine engine(seed, start);
  for (std::uint16_t block = 10; block < 40; ++block) {
    Address address = start;
    address.block = block;
    for (const std::uint32_t word : philox4x32_10(counter_of(address), key_of(seed))) EXPECT_EQ(engine(), word);
  }
}

TEST(AddressedEngine, CountsItsDraws) {
  AddressedEngine engine(seed, start);
  EXPECT_EQ(engine.draws(), 0u);
  for (int i = 0; i < 9; ++i) engine();
  EXPECT_EQ(engine.draws(), 9u);
}

TEST(AddressedEngine, IsReplayedFromItsAddressAlone) {
  AddressedEngine first(seed, start);
  for (int i = 0; i < 3; ++i) first();
  AddressedEngine second(seed, start);
  for (int i = 0; i < 3; ++i) second();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first(), second());
}

TEST(AddressedEngine, ThrowsWhereItWouldWrap) {
  Address last = start;
  last.block = 65534;
  AddressedEngine engine(seed, last);
  for (int i = 0; i < 8; ++i) EXPECT_NO_THROW(engine());
  EXPECT_THROW(engine(), NumericalFailure);
  EXPECT_THROW(engine(), NumericalFailure) << "and goes on throwing";
  EXPECT_EQ(engine.draws(), 8u);

  Address first = start;
  first.block = 0;
  AddressedEngine whole(seed, first);
  for (int i = 0; i < 4 * 65536; ++i) whole();
  EXPECT_THROW(whole(), NumericalFailure);
}

TEST(AddressedEngine, RefusesPatientsBeyond48Bits) {
  EXPECT_THROW(AddressedEngine(seed, {.patient = std::uint64_t{1} << 48}), NumericalFailure);
}

TEST(AddressedEngine, DrivesBoostDistributions) {
  // One engine per patient, as the program uses it. Tolerances: 4.5 standard errors (a false alarm in 1e5 seeds).
  constexpr int patients = 200'000;
  double sum = 0.0;
  double sum_of_squares = 0.0;
  std::uint64_t draws = 0;
  for (int patient = 0; patient < patients; ++patient) {
    AddressedEngine engine(seed, {.patient = static_cast<std::uint64_t>(patient)});
    boost::random::normal_distribution<double> normal;
    const double value = normal(engine);
    sum += value;
    sum_of_squares += value * value;
    draws += engine.draws();
  }
  EXPECT_NEAR(sum / patients, 0.0, 4.5 / std::sqrt(patients));
  EXPECT_NEAR(sum_of_squares / patients, 1.0, 4.5 * std::sqrt(2.0 / patients));
  // The ziggurat takes 8 bits and a uniform of its own at least, and rejects about 1 time in 80.
  EXPECT_GT(draws, patients * 2u);
  EXPECT_LT(draws, patients * 4u);

  std::vector<int> counts(6);
  AddressedEngine engine(seed, start);
  boost::random::uniform_int_distribution<int> die(0, 5);
  for (int throws = 0; throws < 60'000; ++throws) ++counts[die(engine)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 4.5 * std::sqrt(60'000 * (1.0 / 6.0) * (5.0 / 6.0)));
}

}  // namespace
}  // namespace vcohort
