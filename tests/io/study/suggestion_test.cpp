#include "io/study/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace vcohort {
namespace {

// Distances that can be counted by hand; "ca" -> "abc" is the case in which optimal string alignment (3) and the
// unrestricted distance (2) differ.
TEST(Suggestion, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("gmfsc", "gmfcs"), 1);
  EXPECT_EQ(edit_distance("ca", "abc"), 3);
  EXPECT_EQ(edit_distance("Title", "title"), 0);
}

TEST(Suggestion, FindsTheNearest) {
  const std::vector<std::string_view> words = {"interval_days", "infusions", "courses"};
  EXPECT_EQ(nearest("interval_day", words), "interval_days");
  EXPECT_EQ(nearest("infusion", words), "infusions");
  EXPECT_EQ(nearest("visits", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), words), "");
}

TEST(Suggestion, ListsWhatIsKnownWhenNothingIsNear) {
  const std::array<std::string_view, 2> words = {"allogeneic", "autologous"};
  EXPECT_EQ(did_you_mean("alogeneic", words), "did you mean \"allogeneic\"?");
  EXPECT_EQ(did_you_mean("mine", words), "known: \"allogeneic\", \"autologous\"");
}

}  // namespace
}  // namespace vcohort
