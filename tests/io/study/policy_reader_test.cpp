#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"
#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

StudyReading read(const std::string& name) {
  return read_study(source_file("tests/io/study/studies/" + name), name);
}

TEST(PolicyReader, ReadsEveryKey) {
  const PolicyQuestion q = *read("policy_complete.toml").study.policy;
  EXPECT_EQ(q.reference, 0);
  EXPECT_EQ(q.parameter_draws, 500);
  EXPECT_EQ(q.patients_per_draw, 250);
  EXPECT_EQ(q.horizon_years, 12.5);
  EXPECT_EQ(q.discount_costs, 0.03);
  EXPECT_EQ(q.discount_effects, 0.015);
  EXPECT_EQ(q.timing, FlowTiming::trapezoid);
  EXPECT_EQ(q.currency, "EUR");
  EXPECT_EQ(q.price_year, 2024);
  EXPECT_EQ(q.exchange_rate, 0.92);
  EXPECT_EQ(q.exchange_source, "a bank");
  EXPECT_EQ(q.perspective, Perspective::societal);
  EXPECT_EQ(q.utility, UtilitySet::tto);
  EXPECT_EQ(q.effect, PolicyEffect::responder);
  EXPECT_EQ(q.visit_months, 12);
  EXPECT_EQ(q.extrapolation, Extrapolation::wane);
  EXPECT_EQ(q.extrapolate_after_months, 24);
  EXPECT_EQ(q.half_life_months, 18);
  EXPECT_TRUE(q.care_follows_motor);
  EXPECT_TRUE(q.uncertain_prices);
  EXPECT_EQ(q.willingness_to, 90'000);
  EXPECT_THAT(q.thresholds, testing::ElementsAre(20'000, 40'000));
  ASSERT_EQ(q.costs.size(), 1u);
  EXPECT_EQ(q.costs[0].strategy, 1);
  EXPECT_EQ(q.costs[0].per_infusion, 9'000);
  EXPECT_EQ(q.costs[0].once, std::nullopt);
  EXPECT_EQ(q.costs[0].visits_per_infusion, 2);
  ASSERT_EQ(q.evppi.size(), 2u);
  EXPECT_THAT(q.evppi[1].parameters, testing::ElementsAre("utility"));
  EXPECT_EQ(q.population->per_year, 400);
  EXPECT_EQ(q.population->uptake, 0.5);
  EXPECT_EQ(q.population->years, 8);
  const BudgetQuestion& budget = *q.budget;
  EXPECT_EQ(budget.years, 4);
  EXPECT_EQ(budget.eligible_share, 0.7);
  EXPECT_EQ(budget.from_age_years, 2);
  EXPECT_EQ(budget.to_age_years, 8);
  EXPECT_EQ(budget.backlog, 123);
  EXPECT_THAT(budget.uptake, testing::ElementsAre(0.1, 0.2));
  EXPECT_THAT(budget.capacity, testing::ElementsAre(10, 20));
  EXPECT_EQ(budget.after.size(), 2u);
  EXPECT_EQ(budget.retreat_after_years, 2);
  EXPECT_EQ(budget.retreat_share, 0.25);
}

TEST(PolicyReader, TheResolvedStudyIsTheSameStudy) {
  const StudyReading first = read("policy_complete.toml");
  const StudyReading second = read_study(first.resolved, "resolved.toml");
  EXPECT_EQ(second.resolved, first.resolved);
  EXPECT_THAT(second.notices, testing::IsEmpty());
}

TEST(PolicyReader, StartOfTreatmentAndStrataOfInflammation) {
  const Study study = read("policy_complete.toml").study;
  EXPECT_EQ(study.strategies[1].regimen.start_months, 6);
  EXPECT_THAT(study.stratifications.at(0).dimensions.at(0).names, testing::ElementsAre("-1 to 0", "0 to 1"));
}

TEST(PolicyReader, TheThresholdIsInTheMiddleWithoutOne) {
  const std::string text = source_file("tests/io/study/studies/policy_complete.toml");
  std::string without = text;
  const std::string line = "thresholds = [20_000, 40_000]\n";
  without.erase(without.find(line), line.size());
  EXPECT_THAT(read_study(without, "x").study.policy->thresholds, testing::ElementsAre(50'000));
}

std::string complete_with(const std::string& from, const std::string& to) {
  std::string text = source_file("tests/io/study/studies/policy_complete.toml");
  return text.replace(text.find(from), from.size(), to);
}

TEST(PolicyReader, AListOfWillingnessToPay) {
  const StudyReading reading = read_study(
      complete_with("willingness_to_pay = { from = 10_000, to = 90_000, step = 10_000 }\nthresholds = [20_000, 40_000]",
                    "willingness_to_pay = [30_000, 0, 20_000]"),
      "x");
  const PolicyQuestion& q = *reading.study.policy;
  EXPECT_THAT(q.willingness_values, testing::ElementsAre(0, 20'000, 30'000));
  EXPECT_THAT(q.thresholds, testing::ElementsAre(20'000));
  EXPECT_THAT(read_study(reading.resolved, "y").resolved, reading.resolved);
  for (const char* list : {"[-1]", "[]", "[1, 1]", "[nan]", "[inf]", "[\"a\"]", "[1e13]"})
    EXPECT_THROW(read_study(complete_with("{ from = 10_000, to = 90_000, step = 10_000 }", list), "x"), InvalidInput)
        << list;
}

// A key that would be read and then passed over.
TEST(PolicyReader, RefusesWhatHasNoEffect) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"start_months = 6", "start_months = 150"},    // the horizon is 12.5 years
      {"start_months = 6", "start_months = 149.9"},  // the second infusion lies beyond it
      {"retreatment = [2, 0.25]", "retreatment = [1.5, 0.25]"},
      {"retreatment = [2, 0.25]", "retreatment = [4, 0.25]"},  // four budgets: nobody comes back within them
      {"after = { rehabilitation = 0.25, \"two infusions\" = 0.75 }", "after = { rehabilitation = 1 }"},
      {"uptake = [0.1, 0.2]", "uptake = [0.1, 0.1, 0.1, 0.1, 0.1]"},
      {"capacity = [10, 20]", "capacity = [10, 20, 30, 40, 50]"},
      {"utilities = [\"utility\"]", "prices = [\"price\"]"},
      {"utilities = [\"utility\"]", "prices = [\"utility\", \"price.product.MSC\"]"},
      {"seed = 3", "seed = 3\nparameters = \"fixed\""},
  };
  for (const auto& [from, to] : changes) EXPECT_THROW(read_study(complete_with(from, to), "x"), InvalidInput) << to;
  EXPECT_NO_THROW(read_study(complete_with("start_months = 6", "start_months = 149"), "x"));
  EXPECT_NO_THROW(read_study(complete_with("retreatment = [2, 0.25]", "retreatment = [3, 0.25]"), "x"));
}

}  // namespace
}  // namespace vcohort
