#include "io/study/hours_at_once.hpp"

#include <gtest/gtest.h>

// How many hours of therapy a week blocks come to together.
namespace vcohort {
namespace {

constexpr std::optional<double> without_end;

double most_of(std::vector<Rehabilitation> blocks) {
  return most_hours_at_once(blocks);
}

TEST(HoursAtOnce, AddUpWhereBlocksMeet) {
  EXPECT_EQ(most_of({}), 0);
  EXPECT_EQ(most_of({{40, 2, 1, 0, 0}, {30, 2, 1, 0, 1}}), 40);
  EXPECT_EQ(most_of({{40, 5, 1, 0, 0}, {30, 2, 1, 0, 1}}), 70);
  EXPECT_EQ(most_of({{2, without_end, 1, 0, 0}, {20, 1, 3, 1, 0}}), 22) << "each ends where the next begins";
  EXPECT_EQ(most_of({{2, without_end, 1, 0, 3}, {20, 4, 3, 10, 0}}), 22) << "the last one overlaps";
}

}  // namespace
}  // namespace vcohort
