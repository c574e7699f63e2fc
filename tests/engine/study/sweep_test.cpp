#include "engine/study/sweep.hpp"

#include <gtest/gtest.h>

namespace vcohort {
namespace {

/// Axes of 2, 3 and 2 places.
std::vector<SweepAxis> three_axes() {
  return {{"effect", {"small", "large"}, {{"a.b", {"[1, 2]", "[3, 4]"}}}},
          {"", {}, {{"trial.alpha", {"0.01", "0.025", "0.05"}}, {"x", {"\"one\"", "[2]", "true"}}}, true},
          {"share", {}, {{"trial.dropout.share", {"[0.1]", "[0.2]"}}}, true}};
}

TEST(Sweep, TheLastAxisMovesFastest) {
  const std::vector<SweepAxis> sweep = three_axes();
  EXPECT_EQ(settings_of(sweep), 12);
  EXPECT_EQ(places_of(sweep, 0), (std::vector<std::size_t>{0, 0, 0}));
  EXPECT_EQ(places_of(sweep, 1), (std::vector<std::size_t>{0, 0, 1}));
  EXPECT_EQ(places_of(sweep, 7), (std::vector<std::size_t>{1, 0, 1}));
  EXPECT_EQ(places_of(sweep, 11), (std::vector<std::size_t>{1, 2, 1}));
  EXPECT_EQ(settings_of({}), 1);
}

TEST(Sweep, AxesThatAreTriedOneAtATimeDoNotMeet) {
  std::vector<SweepAxis> sweep = three_axes();
  sweep[0].one_at_a_time = sweep[1].one_at_a_time = sweep[0].compare = true;  // the third one crosses them
  ASSERT_EQ(settings_of(sweep), 2 * (1 + 1 + 2));
  const std::vector<std::vector<std::size_t>> places = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 2, 0},
                                                        {0, 0, 1}, {1, 0, 1}, {0, 1, 1}, {0, 2, 1}};
  for (std::size_t setting = 0; setting < places.size(); ++setting)
    EXPECT_EQ(places_of(sweep, setting), places[setting]);
  EXPECT_EQ(compared_with(sweep, 3), (std::vector<std::size_t>{0}));
  EXPECT_EQ(compared_with(sweep, 4), (std::vector<std::size_t>{0}));
  EXPECT_EQ(compared_with(sweep, 7), (std::vector<std::size_t>{4, 3}));
}

TEST(Sweep, MarksSortAsTheirNumbers) {
  EXPECT_EQ(mark_of(three_axes(), 6), "#0007");
  SweepAxis long_axis{"", {}, {{"a", std::vector<std::string>(300, "1")}}};
  EXPECT_EQ(mark_of({long_axis, long_axis}, 6), "#00007");
  EXPECT_EQ(mark_of({long_axis, long_axis}, 89'999), "#90000");
}

TEST(Sweep, ColumnsHaveLabelsNumbersOrTexts) {
  const std::vector<SweepColumn> columns = columns_of(three_axes());
  ASSERT_EQ(columns.size(), 4u);
  EXPECT_EQ(columns[0].name, "effect");
  EXPECT_EQ(columns[0].values, (std::vector<std::string>{"small", "large"}));
  EXPECT_FALSE(columns[0].numbers);
  EXPECT_EQ(columns[1].as_numbers, (std::vector<double>{0.01, 0.025, 0.05}));
  EXPECT_EQ(columns[2].values, (std::vector<std::string>{"one", "2", "true"}));
  EXPECT_FALSE(columns[2].numbers);
  EXPECT_EQ(columns[3].as_numbers, (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(columns_of({{"", {}, {{"strategy.\"a/b\".dose", {"1"}}}}}).front().name, "strategy.\"a|b\".dose");
}

TEST(Sweep, ASettingIsComparedAlongEachAxisThatAsksForIt) {
  const std::vector<SweepAxis> sweep = three_axes();
  EXPECT_TRUE(compared_with(sweep, 0).empty());
  EXPECT_TRUE(compared_with(sweep, 6).empty());  // the first axis does not compare
  EXPECT_EQ(compared_with(sweep, 1), (std::vector<std::size_t>{0}));
  EXPECT_EQ(compared_with(sweep, 11), (std::vector<std::size_t>{7, 10}));
}

TEST(Sweep, InWords) {
  EXPECT_EQ(in_words(three_axes(), 9), "effect = large, trial.alpha = 0.025, x = 2, share = 0.2");
}

}  // namespace
}  // namespace vcohort
