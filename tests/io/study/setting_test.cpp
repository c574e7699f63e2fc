#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

const std::string& design() {
  static const std::string bytes = source_file("tests/io/study/studies/design.toml");
  return bytes;
}

Study with(const std::vector<std::string>& settings) {
  return read_study(design(), "x.toml", settings).study;
}

std::string complaint(const std::string& setting) {
  return complaint_of([&] { with({setting}); });
}

TEST(Setting, ReplacesValues) {
  EXPECT_EQ(with({"population.size=500"}).population.size, 500);
  EXPECT_EQ(with({" population . size = 500 "}).population.size, 500);
  EXPECT_EQ(with({"population.age_years.high=10"}).population.age_years.high, 10);
  EXPECT_EQ(with({"strategy.1.infusions=8"}).strategies[1].regimen.infusions, 8);
  EXPECT_EQ(with({"strategy.\"four IV infusions\".dose_per_kg=1e6"}).strategies[1].regimen.dose, 1e6);
  EXPECT_EQ(with({"strategy.'four IV infusions'.dose_per_kg=1e6"}).strategies[1].regimen.dose, 1e6);
  EXPECT_THAT(with({"evidence=[\"null\", \"a=b.toml\"]"}).stances, ElementsAre("null", "a=b.toml"));
  EXPECT_THAT(with({"outcomes.visits_months.4=36"}).outcomes.visits_months, ElementsAre(1, 3, 6, 12, 36));
}

TEST(Setting, AddsValuesAndTables) {
  EXPECT_TRUE(with({"strategy.1.steroids=true"}).strategies[1].regimen.steroids);
  const Study study = with({"strata.article.sex=true"});
  ASSERT_EQ(study.stratifications.size(), 2u);
  EXPECT_EQ(study.stratifications[1].name, "article");
  EXPECT_EQ(with({"override=[{ parameter = \"effect.emax\", value = 5, source = \"try\" }]"}).overrides[0].value, 5);
}

TEST(Setting, LaterOnesWin) {
  EXPECT_EQ(with({"seed=1", "seed=2"}).seed, 2u);
}

TEST(Setting, GivesTheSameResolvedTextAsAnEditedFile) {
  std::string edited = design();
  const std::string old = "size      = 100_000";
  edited.replace(edited.find(old), old.size(), "size = 7");
  EXPECT_EQ(read_study(design(), "x", {"population.size=7"}).resolved, read_study(edited, "x").resolved);
}

TEST(Setting, ComplaintsNameIt) {
  EXPECT_EQ(complaint("population.size=-1"),
            "--set population.size: \"size\" = -1 is impossible (it must be at least 1, at most 1e12)");
  EXPECT_EQ(complaint("population.siez=1"),
            "--set population.siez: unknown key \"siez\" (in [population]) did you mean \"size\"?");
  EXPECT_EQ(complaint("popluation.size=1"),
            "--set popluation.size: unknown key \"popluation\" (at the top level) did you mean \"population\"?");
  EXPECT_EQ(complaint("strategy.2.infusions=1"),
            "--set strategy.2.infusions: there is no item 2 (the list has 2, counted from 0)");
  EXPECT_EQ(complaint("strategy.\"four IV infusion\".infusions=1"),
            "--set strategy.\"four IV infusion\".infusions: there is no item \"four IV infusion\" (items of a list "
            "have a number "
            "or a name) did you mean \"four IV infusions\"?");
  EXPECT_EQ(complaint("seed.x=1"), "--set seed.x: \"x\" cannot be set (it would be inside an integer)");
  EXPECT_EQ(complaint("evidence=null"),
            "--set evidence: the value \"null\" is not TOML (a text needs its quotes) write "
            "'evidence=\"null\"' if it is a text");
  EXPECT_EQ(complaint("strategy.1.dose=1e7"),
            "--set strategy.1.dose: both \"dose_per_kg\" and \"dose\" are given (a strategy has one dose) remove one");
  EXPECT_EQ(complaint("cohort.reference=\"x\"").substr(0, 48), "--set cohort.reference: there is no strategy \"x\"");
}

TEST(Setting, MustBeKeyAndValue) {
  for (const std::string setting : {"=", "seed", "=1", "a b=1", "a..b=1", "\"a=1", ".=1", "a.=1", "é=1"}) {
    EXPECT_THAT(complaint(setting), StartsWith("--set " + setting + ": this is not key=value")) << setting;
  }
  for (const std::string setting : {"seed=", "seed=1\ntitle=\"x\"", "seed=1\n[population]", "seed=1 2", "seed=\xFF"}) {
    EXPECT_THAT(complaint(setting), StartsWith("--set seed: the value ")) << setting;
  }
}

TEST(Setting, ManyDotsAreRefused) {
  std::string key = "a";
  for (int n = 0; n < 100'000; ++n) key += ".a";
  EXPECT_NE(complaint(key + "=1"), "");
}

}  // namespace
}  // namespace vcohort
