#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/therapy/strategies.hpp"

namespace vcohort {
namespace {

using namespace test;

Study register_study(std::int64_t draws, std::int64_t patients) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous, 4),
                              cells(Cell::msc, Route::intrathecal), cells(Cell::nsc, Route::intranasal, 4)},
                             4, 2, 10);
  study.population = register_population();
  study.policy->parameter_draws = draws;
  study.policy->patients_per_draw = patients;
  study.policy->discount_costs = study.policy->discount_effects = 0.03;
  study.policy->thresholds = {50'000, 150'000};
  return study;
}

TEST(NullPolicy, RehabilitationIsBestAtEveryWillingnessToPayAndNothingIsWorthKnowing) {
  const Policy policy(register_study(50, 200), stance("null"));
  const std::vector<Table> tables = tables_of(policy);
  const Table& ceac = table_of(tables, "/policy/ceac");
  const auto& strategy = texts_of(ceac, "strategy");
  ASSERT_EQ(ceac.rows(), 4u * 5);
  for (std::size_t row = 0; row < ceac.rows(); ++row) {
    EXPECT_EQ(numbers_of(ceac, "ceac")[row], strategy[row] == "rehabilitation" ? 1 : 0) << row;
    EXPECT_EQ(numbers_of(ceac, "evpi")[row], 0) << row;
  }
  for (const double evppi : numbers_of(table_of(tables, "/policy/value_of_information"), "evppi")) EXPECT_EQ(evppi, 0);
  const Table& summary = table_of(tables, "/policy/summary");
  for (std::size_t row = 1; row < summary.rows(); ++row) {
    EXPECT_GT(numbers_of(summary, "cost_increment")[row], 0);
    EXPECT_LT(numbers_of(summary, "effect_increment")[row], 0) << "harm remains";
  }
  for (const double value : numbers_of(table_of(tables, "/policy/individualised"), "value")) EXPECT_EQ(value, 0);
}

TEST(PolicyDrawing, DoesNotDependOnBlocks) {
  Study study = register_study(2, Policy::block_size + 700);
  const Policy policy(study, stance("published"));
  ASSERT_EQ(policy.blocks(), 4 + 1) << "the base case has a block of its own";
  Tally forward = policy.empty_tally(), backward = policy.empty_tally();
  std::vector<Table> rows;
  for (std::int64_t block = 0; block < 4; ++block) policy.simulate_block(block, forward, rows);
  for (std::int64_t block = 4; block-- > 0;) {
    Tally one = policy.empty_tally();
    policy.simulate_block(block, one, rows);
    backward.add(one);
  }
  EXPECT_EQ(forward.counts, backward.counts);
  EXPECT_TRUE(forward.sums == backward.sums);
}

TEST(PolicyDrawing, ADrawIsTheSimulatorAtItsParametersAndReplicate) {
  const Policy policy(register_study(3, 600), stance("sceptical"));
  const std::vector<Table> tables = tables_of(policy);
  const Table& draws = table_of(tables, "/policy/draws");
  const Means means = means_of(policy.simulator(), policy.draw(2), 2, 600);
  for (std::size_t s = 0; s < 4; ++s) {
    constexpr double rounding = 1e-13;  // sums over leaves, of increments
    EXPECT_NEAR(numbers_of(draws, "cost")[2 * 4 + s] / means.cost[s], 1, rounding);
    EXPECT_NEAR(numbers_of(draws, "effect")[2 * 4 + s] / means.effect[s], 1, rounding);
  }
}

TEST(PolicyDrawing, PricesAreHeldUnlessTheyAreToBeDrawn) {
  Study study = register_study(2, 2);
  const Policy held(study, stance("sceptical"));
  EXPECT_EQ(held.draw(0).at("price.product.MSC"), held.draw(1).at("price.product.MSC"));
  EXPECT_NE(held.draw(0).at("cost.care"), held.draw(1).at("cost.care"));
  study.policy->uncertain_prices = true;
  const Policy drawn(study, stance("sceptical"));
  EXPECT_NE(drawn.draw(0).at("price.product.MSC"), drawn.draw(1).at("price.product.MSC"));
  EXPECT_EQ(held.draw(0).at("cost.care"), drawn.draw(0).at("cost.care")) << "nothing else moves";
}

TEST(PolicyStrata, AddUpToEverybody) {
  Study study = register_study(20, 500);
  const Policy policy(study, stance("published"));
  const std::vector<Table> tables = tables_of(policy);
  const Table& equity = table_of(tables, "/policy/equity");
  std::map<std::string, double> children, gain, cost;
  for (std::size_t row = 0; row < equity.rows(); ++row) {
    const std::string& strategy = texts_of(equity, "strategy")[row];
    children[strategy] += numbers_of(equity, "children_share")[row];
    gain[strategy] += numbers_of(equity, "gain_share")[row];
    cost[strategy] += numbers_of(equity, "cost_share")[row];
  }
  EXPECT_EQ(children.size(), 3u);
  for (const auto& [strategy, share] : children) {
    EXPECT_NEAR(share, 1, 1e-12);
    // A level's mean is the mean of its draws' means, and draws differ in how many children the level has.
    EXPECT_NEAR(gain[strategy], 1, 0.05);
    EXPECT_NEAR(cost[strategy], 1, 0.01);
  }
}

TEST(PolicyStrata, KnowingMoreIsWorthMore) {
  const Policy policy(register_study(60, 400), stance("sceptical"));
  const std::vector<Table> tables = tables_of(policy);
  const Table& table = table_of(tables, "/policy/individualised");
  for (std::size_t first = 0; first < table.rows(); first += 4) {
    const auto value = [&](std::size_t row) { return numbers_of(table, "value")[first + row]; };
    EXPECT_THAT(texts_of(table, "known")[first], "nothing");
    EXPECT_EQ(value(0), 0);
    EXPECT_GE(value(1), -1e-9) << "a level that gets what is best for it";
    EXPECT_GE(value(2), 0);
    EXPECT_GT(value(3), value(2)) << "the child, and the parameters with it";
  }
}

TEST(EvppiGroups, HoldWhatIsUncertainOnceAndNoPrices) {
  const Study study = register_study(2, 2);
  const auto groups = evppi_groups(study);
  std::set<std::string> seen;
  for (const EvppiGroup& group : groups)
    for (const std::string& name : informative(group, stance("sceptical"))) {
      EXPECT_TRUE(seen.insert(name).second) << name;
      EXPECT_FALSE(name.starts_with("price."));
    }
  EXPECT_TRUE(seen.contains("delivery.MSC.intrathecal"));
  EXPECT_FALSE(seen.contains("delivery.MNC.intrathecal")) << "no strategy uses it";
  EXPECT_TRUE(seen.contains("utility.hui3.I") != seen.contains("utility.hui3.II")) << "they share a draw";
}

}  // namespace
}  // namespace vcohort
