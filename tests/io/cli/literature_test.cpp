#include "io/cli/literature.hpp"

#include <gtest/gtest.h>

// The codes of sources, and what they stand for.
namespace vcohort {
namespace {

using Codes = std::vector<std::string>;

TEST(Literature, FindsCodesThatStandAlone) {
  EXPECT_EQ(codes_in("means (A7, B12); A7 again, A1234, BA3, A3b, x_A5, A, A92"), (Codes{"A7", "B12", "A92"}));
  EXPECT_EQ(codes_in(""), Codes{});
  EXPECT_EQ(codes_in("B4"), Codes{"B4"});
}

TEST(Literature, EveryEntryHasAText) {
  const std::vector<LiteratureEntry> all = literature();
  EXPECT_EQ(all.size(), 94u + 39u);
  for (const LiteratureEntry& entry : all) {
    EXPECT_EQ(codes_in(entry.code), Codes{entry.code});
    EXPECT_GT(entry.text.size(), 10u) << entry.code;
  }
  const Codes some{"B12", "A7", "A99"};
  const std::vector<LiteratureEntry> entries = entries_of(some);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries.front().code, "A7");
}

TEST(LawChanges, BelongToParameters) {
  EXPECT_EQ(law_changes_of("trial.drift").size(), 1u);
  EXPECT_EQ(law_changes_of("delivery.MNC.intrathecal").front().was, "correlation 0.10");
  EXPECT_TRUE(law_changes_of("trial.drift_months").empty());
}

}  // namespace
}  // namespace vcohort
