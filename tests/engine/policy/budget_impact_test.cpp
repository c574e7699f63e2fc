#include "engine/policy/budget_impact.hpp"

#include <gtest/gtest.h>

namespace vcohort {
namespace {

constexpr double rounding = 1e-9;

/// Rehabilitation, and cells that cost 1000 at once and 100 in the next year; care costs 10 a year.
YearlyCosts round_costs() {
  return {{{0, 0, 0}, {1000, 100, 0}}, {{10, 10, 10}, {10, 10, 10}}, {10, 10, 10}};
}
const std::vector<bool> with_cells{false, true};

/// 100 children a year become eligible at birth and are too old at 2.
BudgetQuestion round_question() {
  BudgetQuestion question;
  question.years = 3;
  question.births_per_year = 50'000;
  question.prevalence_per_1000 = 2;
  question.from_age_years = 0;
  question.to_age_years = 2;
  question.uptake = {0.5};
  question.after = {{1, {1.0}}};
  return question;
}

// By hand. Nobody dies. The backlog holds 100 children of each of two ages, and 100 come each year.
// Year 1: 300 wait, half ask: 100 of the backlog and 50 of the births. Left: backlog 50 + 50, births 50; the older 50
// of
//         the backlog are too old now.
// Year 2: 50 of the backlog, 50 + 100 of the births: 25 and 75 turns. Left: backlog 25, too old; births 50 (young) and
//         25 (older, too old now).
// Year 3: 0 of the backlog, 50 + 100 of the births: 75 turns.
TEST(BudgetImpact, ByHand) {
  const auto flow = budget_flow(round_question(), round_question().after, with_cells, round_costs(), 1);
  ASSERT_EQ(flow.size(), 3u);
  EXPECT_NEAR(flow[0].waiting_backlog, 200, rounding);
  EXPECT_NEAR(flow[0].waiting_births, 100, rounding);
  EXPECT_NEAR(flow[0].asked, 150, rounding);
  EXPECT_NEAR(flow[0].turns_backlog, 100, rounding);
  EXPECT_NEAR(flow[0].turns_births, 50, rounding);
  EXPECT_NEAR(flow[0].aged_out, 50, rounding);
  EXPECT_NEAR(flow[1].waiting_backlog, 50, rounding);
  EXPECT_NEAR(flow[1].turns_backlog, 25, rounding);
  EXPECT_NEAR(flow[1].turns_births, 75, rounding);
  EXPECT_NEAR(flow[1].aged_out, 25 + 25, rounding);
  EXPECT_NEAR(flow[2].waiting_backlog, 0, rounding);
  EXPECT_NEAR(flow[2].turns_births, 75, rounding);
  EXPECT_NEAR(flow[0].treatment_cost, 150 * 1000, rounding);
  EXPECT_NEAR(flow[1].treatment_cost, 150 * 100 + 100 * 1000, rounding);
  EXPECT_NEAR(flow[2].treatment_cost, 100 * 100 + 75 * 1000, rounding);
  // Care of all 200 of the backlog and of the births of three years, whether they had their turn or are too old.
  EXPECT_NEAR(flow[0].care_cost(), 10 * (200 + 100), rounding);
  EXPECT_NEAR(flow[2].care_cost(), 10 * (200 + 300), rounding);
  EXPECT_EQ(flow[2].care_change, 0);
}

// Too old at 1.5: of the older year of age half is eligible. Nobody dies, half ask. Year 1: the backlog holds 100 and
// 50, 75 of them have their turn; of the 50 + 25 left the 25 are too old, and of the 50 that become older, 25. Of the
// births 50 of 100 are left, 25 of which are too old. Year 2: backlog 25, births 100 + 25.
TEST(BudgetImpact, AgesMayEndWithinAYear) {
  BudgetQuestion question = round_question();
  question.to_age_years = 1.5;
  const auto flow = budget_flow(question, question.after, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[0].waiting_backlog, 150, rounding);
  EXPECT_NEAR(flow[0].turns_backlog, 75, rounding);
  EXPECT_NEAR(flow[0].aged_out, 25 + 25 + 25, rounding);
  EXPECT_NEAR(flow[1].waiting_backlog, 25, rounding);
  EXPECT_NEAR(flow[1].waiting_births, 125, rounding);
  // Within a single year of age nobody waits for a second year.
  question.to_age_years = 0.5;
  const auto short_flow = budget_flow(question, question.after, with_cells, round_costs(), 1);
  EXPECT_NEAR(short_flow[0].waiting_backlog, 50, rounding);
  EXPECT_NEAR(short_flow[0].aged_out, 25 + 50, rounding);
  EXPECT_NEAR(short_flow[1].waiting_births, 100, rounding);
}

// A capacity of 60. Year 1: 150 ask, of whom two in five get their turn: 40 of the backlog, 20 of the births; 90 are
// put off: of the backlog 30 at each age, of the births 30. Then the older half of the backlog (30 + 50 silent) is too
// old. Year 2: 30 + 30 were put off and fill the capacity; 25 of the backlog and 25 + 50 of the births ask in vain.
TEST(BudgetImpact, ThoseBeyondTheCapacityAreServedFirstNextYear) {
  BudgetQuestion question = round_question();
  question.capacity = {60};
  const auto flow = budget_flow(question, question.after, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[0].turns_backlog, 40, rounding);
  EXPECT_NEAR(flow[0].turns_births, 20, rounding);
  EXPECT_NEAR(flow[0].put_off, 90, rounding);
  EXPECT_NEAR(flow[0].aged_out, 80, rounding);
  EXPECT_NEAR(flow[1].asked, 60 + 25 + 75, rounding);
  EXPECT_NEAR(flow[1].turns_backlog, 30, rounding);
  EXPECT_NEAR(flow[1].turns_births, 30, rounding);
  EXPECT_NEAR(flow[1].put_off, 100, rounding);
}

// A year is survived by 90 %. 100 come; the backlog holds 90 and 81, the deaths since birth taken off. Half ask.
TEST(BudgetImpact, TheWaitingDie) {
  const auto flow = budget_flow(round_question(), round_question().after, with_cells, round_costs(), 0.9);
  EXPECT_NEAR(flow[0].waiting_backlog, 90 + 81, rounding);
  EXPECT_NEAR(flow[0].died, 0.1 * (90 + 81 + 100) / 2, rounding);
  EXPECT_NEAR(flow[0].aged_out, 0.9 * 81 / 2, rounding);
  EXPECT_NEAR(flow[1].waiting_births, 100 + 0.9 * 50, rounding);
}

// Half of the treated children come back after a year: of 150 turns with cells in year 1, 75 in year 2.
TEST(BudgetImpact, SomeComeBackAndCostATreatmentButNoFurtherCare) {
  BudgetQuestion question = round_question();
  question.retreat_after_years = 1;
  question.retreat_share = 0.5;
  const auto flow = budget_flow(question, question.after, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[0].returns, 0, rounding);
  EXPECT_NEAR(flow[1].returns, 75, rounding);
  EXPECT_NEAR(flow[1].treatment_cost, 150 * 100 + 100 * 1000 + 75 * 1000, rounding);
  EXPECT_NEAR(flow[1].care_cost(), 10 * 400, rounding);
  question.before = {{0, {1.0}}};
  const auto without = budget_flow(question, question.before, with_cells, round_costs(), 1);
  EXPECT_NEAR(without[1].returns, 0, rounding) << "nobody was treated with cells";
  EXPECT_NEAR(without[1].treatment_cost, 0, rounding);
}

// Half of the turns are rehabilitation, and everybody treated with cells comes back after a year, for cells: 75 of the
// 150 turns of year 1. Year 2 pays the second year of those 75, half of 100 new turns, and 75 returns.
TEST(BudgetImpact, ReturnsAreForCellsAlone) {
  BudgetQuestion question = round_question();
  question.retreat_after_years = 1;
  question.retreat_share = 1;
  const auto flow = budget_flow(question, {{0, {0.5}}, {1, {0.5}}}, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[1].returns, 75, rounding);
  EXPECT_NEAR(flow[1].treatment_cost, 75 * 100 + 50 * 1000 + 75 * 1000, rounding);
}

// Cells for a fifth of the turns of year 1 (150), for all of year 2 (100) and for none of year 3 (75); half of those
// who had them come back after a year, for cells: 15 in year 2, 50 in year 3.
TEST(BudgetImpact, TheMixChangesFromYearToYear) {
  BudgetQuestion question = round_question();
  question.retreat_after_years = 1;
  question.retreat_share = 0.5;
  const auto flow = budget_flow(question, {{0, {0.8, 0, 1}}, {1, {0.2, 1, 0}}}, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[0].treatment_cost, 30 * 1000, rounding);
  EXPECT_NEAR(flow[1].returns, 15, rounding);
  EXPECT_NEAR(flow[1].treatment_cost, 30 * 100 + (100 + 15) * 1000, rounding);
  EXPECT_NEAR(flow[2].returns, 50, rounding);
  EXPECT_NEAR(flow[2].treatment_cost, (100 + 15) * 100 + 50 * 1000, rounding);
}

// Eligible from 2 to 4, a year survived by 90 %: of 100 born 81 get there, and 72.9 and 65.61 of the two years before.
TEST(BudgetImpact, SomeDieBeforeTheyAreEligible) {
  BudgetQuestion question = round_question();
  question.from_age_years = 2;
  question.to_age_years = 4;
  const auto flow = budget_flow(question, question.after, with_cells, round_costs(), 0.9);
  EXPECT_NEAR(flow[0].waiting_births, 81, rounding);
  EXPECT_NEAR(flow[0].waiting_backlog, 72.9 + 65.61, rounding);
}

// Uptake and backlog are given, and half of the turns are rehabilitation.
TEST(BudgetImpact, AMixAndAGivenBacklog) {
  BudgetQuestion question = round_question();
  question.backlog = 20;
  question.uptake = {1, 0};
  const auto flow = budget_flow(question, {{0, {0.5}}, {1, {0.5}}}, with_cells, round_costs(), 1);
  EXPECT_NEAR(flow[0].waiting_backlog, 20, rounding);
  EXPECT_NEAR(flow[0].treatment_cost, 0.5 * 120 * 1000, rounding);
  EXPECT_NEAR(flow[1].asked, 0, rounding);
  EXPECT_NEAR(flow[1].treatment_cost, 0.5 * 120 * 100, rounding);
  EXPECT_NEAR(flow[1].care_cost(), 220 * 10, rounding);
}

// Care falls to 7 and 8 a year after a turn with cells: of 150 turns in year 1 and 100 in year 2.
TEST(BudgetImpact, CareFollowsTheStrategy) {
  YearlyCosts costs = round_costs();
  costs.care[1] = {7, 8, 10};
  const auto flow = budget_flow(round_question(), round_question().after, with_cells, costs, 1);
  EXPECT_NEAR(flow[0].care_change, -3 * 150, rounding);
  EXPECT_NEAR(flow[1].care_change, -2 * 150 - 3 * 100, rounding);
  EXPECT_NEAR(flow[1].care_cost(), 10 * 400 - 600, rounding);
}

// The same care before and after: whatever capacity and returns do to turns, the impact is the difference of treatment.
TEST(BudgetImpact, CareThatNothingChangesCancels) {
  BudgetQuestion question = round_question();
  question.capacity = {30};
  question.retreat_after_years = 1;
  question.retreat_share = 1;
  const auto after = budget_flow(question, question.after, with_cells, round_costs(), 0.9);
  const auto before = budget_flow(question, {{0, {1.0}}}, with_cells, round_costs(), 0.9);
  EXPECT_LT(after[2].turns_backlog + after[2].turns_births, before[2].turns_backlog + before[2].turns_births);
  for (std::size_t year = 0; year < after.size(); ++year) EXPECT_EQ(after[year].care_cost(), before[year].care_cost());
}

// No backlog, a capacity of 20, and all come back after a year; a year is survived by 90 %. Year 1: of 100, 50 ask and
// 20 have their turn. Year 2: 27 of those put off are alive and fill the capacity; half of 45 + 100 ask, and 18 come
// back: all in vain. Year 3: 0.9 (7 + 72.5) of the waiting and 0.9 x 18 of those who came back were put off and live;
// half of 65.25 + 100 ask, and 18 more come back.
TEST(BudgetImpact, ReturnsThatArePutOffDie) {
  BudgetQuestion question = round_question();
  question.backlog = 0;
  question.to_age_years = 10;
  question.capacity = {20};
  question.retreat_after_years = 1;
  question.retreat_share = 1;
  const auto flow = budget_flow(question, question.after, with_cells, round_costs(), 0.9);
  EXPECT_NEAR(flow[0].put_off, 30, rounding);
  EXPECT_NEAR(flow[1].asked, 27 + 72.5 + 18, rounding);
  EXPECT_NEAR(flow[1].returns, 0, rounding);
  EXPECT_NEAR(flow[1].put_off, 27 + 72.5 + 18 - 20, rounding);
  EXPECT_NEAR(flow[2].asked, 0.9 * 79.5 + 0.9 * 18 + 165.25 / 2 + 18, rounding);
  EXPECT_NEAR(flow[2].returns, 20 * 16.2 / (71.55 + 16.2), rounding);
}

TEST(BudgetImpact, SharesOfZeroAndCapacitiesOfZeroGiveNumbers) {
  BudgetQuestion question = round_question();
  question.retreat_after_years = 1;
  question.retreat_share = 0.5;
  for (const double capacity : {0.0, 0.1, 1.0 / 3}) {
    question.capacity = {capacity};
    for (const BudgetYear& year : budget_flow(question, {{0, {1.0}}, {1, {0.0}}}, with_cells, round_costs(), 0.9)) {
      EXPECT_EQ(year.treatment_cost, 0);
      EXPECT_GE(year.put_off, 0);
      EXPECT_NEAR(year.turns_backlog + year.turns_births, capacity, rounding);
    }
  }
  question.capacity = {};
  for (const BudgetYear& year : budget_flow(question, question.after, with_cells, round_costs(), 0.9))
    EXPECT_EQ(year.put_off, 0) << "all were served";
}

}  // namespace
}  // namespace vcohort
