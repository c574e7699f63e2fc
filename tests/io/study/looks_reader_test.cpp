#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/analysis/boundaries/design_of.hpp"
#include "tests/io/study/trial_texts.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

constexpr const char* normal =
    "kind = \"normal\"\nvisits_months = 12\narms.a = { mean = 0, sd = 1 }\narms.b = { mean = 1, sd = 1 }";

/// A trial with these looks, and other keys of the trial.
std::string looks_text(const std::string& looks, const std::string& trial = "",
                       const std::string& primary = "visit_months = 12, analysis = \"t\"") {
  return with_model(
      normal, primary,
      trial + "\nlooks = { information = [0.25, 0.5, 1], efficacy = { boundary = \"pocock\" }" + looks + " }");
}

Study looks_of(const std::string& looks, const std::string& trial = "",
               const std::string& primary = "visit_months = 12, analysis = \"t\"") {
  const StudyReading reading = read_study(looks_text(looks, trial, primary), "x");
  EXPECT_EQ(read_study(reading.resolved, "resolved").resolved, reading.resolved);
  return reading.study;
}

TEST(LooksReader, TakesOneNumberForEveryInterimLook) {
  EXPECT_THAT(looks_of(", futility = { z = 0.25 }").trial->looks->futility->z, ElementsAre(0.25, 0.25));
  EXPECT_THAT(
      looks_of(", futility = { conditional_power = [\"none\", 0.1] }").trial->looks->futility->conditional_power,
      ElementsAre(IsNan(), 0.1));
}

TEST(LooksReader, HasDefaults) {
  const Looks looks = looks_of("").trial->looks.value();
  EXPECT_EQ(looks.power, 0.9);
  EXPECT_EQ(looks.timing, Looks::Timing::primary_outcome);
  EXPECT_EQ(looks.last_spends, Looks::LastSpends::rest);
  EXPECT_FALSE(looks.futility);
  EXPECT_FALSE(read_study(with_model(normal, "visit_months = 12, analysis = \"t\""), "x").study.trial->looks);
}

TEST(LooksReader, SharesTheLevelOfTheTrial) {
  const boundaries::Design both = boundaries::design_of(*looks_of("").trial);
  EXPECT_TRUE(both.two_sided);
  EXPECT_EQ(both.level, 0.025);
  const boundaries::Design one = boundaries::design_of(*looks_of("", "alpha = 0.01\nsides = 1").trial);
  EXPECT_FALSE(one.two_sided);
  EXPECT_EQ(one.level, 0.01);
  const boundaries::Design margin = boundaries::design_of(
      *looks_of("", "", "visit_months = 12, analysis = \"t\", hypothesis = \"non-inferiority\", margin = 1").trial);
  EXPECT_FALSE(margin.two_sided);
  EXPECT_EQ(margin.level, 0.025);
}

TEST(LooksReader, RefusesWhatHasNoBounds) {
  const auto refused = [](const std::string& looks, const std::string& trial = "",
                          const std::string& primary = "visit_months = 12, analysis = \"t\"") {
    return complaint_of([&] { read_study(looks_text(looks, trial, primary), "x"); });
  };
  EXPECT_THAT(refused("", "", "visit_months = 12, analysis = \"t\", hypothesis = \"equivalence\", margin = 1"),
              HasSubstr("a trial that shows equivalence has no looks"));
  EXPECT_THAT(refused("", "alpha = 0.5\nsides = 1"), HasSubstr("a level of 0.5 has no bounds"));
  EXPECT_THAT(refused(", timing = \"information\""), HasSubstr("\"maximum\" is missing"));
  EXPECT_THAT(refused(", maximum = 3"), HasSubstr("\"maximum\" has no effect"));
  EXPECT_THAT(refused(", futility = { spending = \"pocock\", looks = [3] }"),
              HasSubstr("there is no look 3 that could stop (the last look ends the trial anyhow)"));
  EXPECT_THAT(refused(", futility = { z = 0, looks = [1] }"), HasSubstr("\"looks\" has no effect"));
  EXPECT_THAT(refused(", futility = { predictive_power = 0.1, prior_mean = 1 }"),
              HasSubstr("a prior without \"prior_sd\" is flat"));
  EXPECT_THAT(refused(", futility = { spending = \"table\", table = [0.01, 0.02, 0.2] }"),
              HasSubstr("what there is to spend is 1 - power, 0.1"));
  EXPECT_THAT(refused(", futility = {}"), HasSubstr("the looks have no rule of futility"));
  EXPECT_EQ(refused("", "alpha = 0.2\nsides = 1"), "");
}

TEST(LooksReader, RefusesSeveralContrasts) {
  std::string text = looks_text("");
  text.replace(text.find("arms.b = "), 0, "arms.c = { mean = 1, sd = 1 }\n");
  text.replace(text.find("{ strategy = \"b\" }"), 0, "{ strategy = \"c\" }, ");
  EXPECT_THAT(complaint_of([&] { read_study(text, "x"); }),
              HasSubstr("a trial with looks has two arms (this one has 3"));
}

}  // namespace
}  // namespace vcohort
