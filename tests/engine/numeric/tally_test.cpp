#include "engine/numeric/tally.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

Tally tally_of(std::int64_t count, double value) {
  Tally tally(2, 1);
  tally.counts[1] = count;
  tally.sums[0].add(value);
  return tally;
}

TEST(Tally, AddsCountsAndSums) {
  Tally tally = tally_of(3, 0.25);
  tally.add(tally_of(-1, 1e20));
  tally.add(tally_of(40, -1e20));
  EXPECT_EQ(tally.counts[0], 0);
  EXPECT_EQ(tally.counts[1], 42);
  EXPECT_EQ(tally.sums[0].value(), 0.25);
}

TEST(Tally, ClearKeepsTheLayout) {
  Tally tally = tally_of(3, 0.25);
  tally.clear();
  EXPECT_EQ(tally.counts.size(), 2u);
  EXPECT_EQ(tally.counts[1], 0);
  ASSERT_EQ(tally.sums.size(), 1u);
  EXPECT_TRUE(tally.sums[0].is_zero());
}

TEST(Tally, RefusesAnotherLayoutAndOverflow) {
  Tally tally = tally_of(1, 1.0);
  EXPECT_THROW(tally.add(Tally(2, 2)), InternalError);
  EXPECT_THROW(tally.add(Tally(1, 1)), InternalError);
  EXPECT_THROW(tally.add(tally_of(std::numeric_limits<std::int64_t>::max(), 0.0)), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
