#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

// Choices between strategies, strata that came with them, and claims.
namespace vcohort {
namespace {

using testing::HasSubstr;

constexpr const char* head = R"(format = "vcohort-study 1"
[population]
size = 100
age_years = { distribution = "uniform", low = 1, high = 12 }
gmfcs = { I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }
[[strategy]]
name = "by marker"
choose = { marker = "inflammation", error_sd = 0.5, threshold = -0.25, above = "MSC", below = "none" }
[[strategy]]
name = "none"
[[strategy]]
name = "MSC"
cell = "MSC"
route = "intravenous"
dose_per_kg = 2e6
[strata]
inflammation = [-10, 0, 10]
months_since_injury = [0, 6, 24]
[outcomes]
visits_months = [6, 12]
endpoints = ["gmfm66"]
[cohort]
reference = "none"
)";

constexpr const char* claim = R"([claim]
words = "MSC help"
premises = { "age.floor" = 1, "inflammation.MSC" = 0 }
[[claim.contrast]]
name = "MSC for whom inflammation is high"
of = { strategy = "MSC", reference = "by marker", stratum = "inflammation 0 to 10", endpoint = "gmfm66", visit_months = 12 }
less = { strategy = "MSC", endpoint = "gmfm66", visit_months = 6, share_of_visit_months = 12 }
claimed = "below"
matters = 0.5
[[claim.contrast]]
name = "harm"
of = { table = "adverse_events", column = "per_patient", strategy = "MSC", grade = 2 }
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  if (place == std::string::npos) throw std::out_of_range(from);
  return text.replace(place, from.size(), to);
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read_study(text, "x"); });
}

TEST(ChoiceReader, KnowsStrategiesBeforeAndBehind) {
  const Study study = read_study(head, "x").study;
  const Strategy& strategy = study.strategies.at(0);
  ASSERT_TRUE(strategy.choice);
  EXPECT_FALSE(strategy.cells);
  EXPECT_EQ(strategy.choice->marker, Marker::inflammation);
  EXPECT_EQ(strategy.choice->error_sd, 0.5);
  EXPECT_EQ(strategy.choice->threshold, -0.25);
  ASSERT_EQ(strategy.choice->options.size(), 2u);
  EXPECT_TRUE(strategy.choice->options[0].cells);
  EXPECT_EQ(strategy.choice->options[1].name, "none");
  EXPECT_EQ(study.stratifications.at(0).dimensions.at(0).names, (std::vector<std::string>{"-10 to 0", "0 to 10"}));
  EXPECT_EQ(study.stratifications.at(0).dimensions.at(1).names, (std::vector<std::string>{"0-6", "6-24"}));
}

TEST(ChoiceReader, Refuses) {
  EXPECT_THAT(complaint(replaced(head, "below = \"none\"", "below = \"by marker\"")), HasSubstr("no other strategy"));
  EXPECT_THAT(complaint(replaced(head, "below = \"none\"", "below = \"nobody\"")), HasSubstr("no other strategy"));
  EXPECT_THAT(complaint(replaced(head, "\"inflammation\"", "\"height\"")), HasSubstr("marker"));
  EXPECT_THAT(complaint(replaced(head, "error_sd = 0.5, ", "")), HasSubstr("\"error_sd\" is missing"));
  EXPECT_THAT(complaint(replaced(head, "name = \"by marker\"",
                                 "name = \"by marker\"\ncell = \"MSC\"\nroute = \"intravenous\"\ndose_per_kg = 2e6")),
              HasSubstr("both \"cell\" and \"choose\""));
  EXPECT_THAT(complaint(replaced(head, "name = \"by marker\"", "name = \"by marker\"\ninfusions = 4")),
              HasSubstr("what is chosen has its own regimen"));
  const std::string second = R"([[strategy]]
name = "twice"
choose = { marker = "genotype", error_sd = 0, threshold = 0.5, above = "by marker", below = "none" }
[strata])";
  EXPECT_THAT(complaint(replaced(head, "[strata]", second)), HasSubstr("is itself a choice"));
}

TEST(ChoiceReader, ATrialGivesOneRegimen) {
  const std::string trial = std::string(head) + R"([trial]
arms = [{ strategy = "by marker" }, { strategy = "none" }]
sample_size = 40
replicates = 10
primary = { endpoint = "gmfm66", visit_months = 12, analysis = "t" }
)";
  EXPECT_THAT(complaint(trial), HasSubstr("chooses between two strategies"));
}

TEST(ClaimReader, ReadsNumbersAndPremises) {
  const Study study = read_study(std::string(head) + claim, "x").study;
  ASSERT_TRUE(study.claim);
  EXPECT_EQ(study.claim->words, "MSC help");
  ASSERT_EQ(study.claim->premises.size(), 2u);
  EXPECT_EQ(study.claim->premises[1].parameter, "inflammation.MSC");
  ASSERT_EQ(study.claim->contrasts.size(), 2u);
  const ClaimContrast& first = study.claim->contrasts[0];
  EXPECT_TRUE(first.claimed_below);
  EXPECT_EQ(first.matters, 0.5);
  EXPECT_EQ(first.of.reference, "by marker");
  EXPECT_EQ(first.of.stratum, "inflammation 0 to 10");
  ASSERT_TRUE(first.less);
  EXPECT_EQ(first.less->stratum, "all");
  EXPECT_EQ(first.less->share_of_visit_months, 12);
  EXPECT_EQ(study.claim->contrasts[1].of.table, ClaimNumber::Table::adverse_events);
  EXPECT_EQ(study.claim->contrasts[1].of.grade, 2);
}

TEST(ClaimReader, WhatIsWrittenIsReadAgain) {
  const std::string once = read_study(std::string(head) + claim, "x").resolved;
  EXPECT_EQ(read_study(once, "resolved").resolved, once);
  EXPECT_THAT(once, HasSubstr("share_of_visit_months = 12"));
  EXPECT_THAT(once, HasSubstr("choose = { marker = \"inflammation\""));
}

TEST(ClaimReader, Refuses) {
  const std::string text = std::string(head) + claim;
  EXPECT_THAT(complaint(replaced(text, "\"age.floor\"", "\"age.flor\"")), HasSubstr("did you mean \"age.floor\"?"));
  EXPECT_THAT(complaint(replaced(text, "strategy = \"MSC\", reference", "strategy = \"MSD\", reference")),
              HasSubstr("no strategy \"MSD\""));
  EXPECT_THAT(complaint(replaced(text, ", grade = 2", "")), HasSubstr("\"grade\" is missing"));
  EXPECT_THAT(complaint(replaced(text, ", grade = 2", ", grade = 2, endpoint = \"adl\"")),
              HasSubstr("\"endpoint\" has no effect"));
  EXPECT_THAT(complaint(replaced(text, "endpoint = \"gmfm66\", visit_months = 12 }", "visit_months = 12 }")),
              HasSubstr("\"endpoint\" is missing"));
  EXPECT_THAT(complaint(replaced(text, "claimed = \"below\"", "claimed = \"beside\"")), HasSubstr("claimed"));
  EXPECT_THAT(complaint(std::string(head) + "[claim]\nwords = \"x\"\ncontrast = []\n"), HasSubstr("list of tables"));
}

}  // namespace
}  // namespace vcohort
