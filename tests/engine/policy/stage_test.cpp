#include "engine/policy/stage.hpp"

#include <gtest/gtest.h>

namespace vcohort {
namespace {

/// Adds 1 to a count per block, and block numbers to its last sum.
class Counting final : public PolicyStage {
 public:
  Counting(std::int64_t blocks, std::size_t sums) : blocks_(blocks), sums_(sums) {}
  std::string name() const override { return "counting"; }
  std::int64_t blocks() const override { return blocks_; }
  std::int64_t patients_in(std::int64_t block) const override { return 10 * blocks_ + block; }
  std::size_t counts() const override { return 1; }
  std::size_t sums() const override { return sums_; }
  void simulate_block(std::int64_t block, TallyRegion region) const override {
    ++region.counts[0];
    if (sums_ > 0) region.sums[sums_ - 1].add(static_cast<double>(block));
  }
  std::vector<Table> deliver(TallyView region, const PolicyOutcome&) const override {
    Table table{.path = "/counting", .description = "blocks", .columns = {}};
    table.add<std::int64_t>("blocks", "1", "blocks that were simulated") = {region.counts[0]};
    table.add<double>("sum", "1", "sum of their numbers") = {sums_ > 0 ? region.sums[sums_ - 1].value() : 0.0};
    return {table};
  }

 private:
  std::int64_t blocks_;
  std::size_t sums_;
};

TEST(StageSequence, GivesEveryStageItsOwnBlocksAndNumbers) {
  StageSequence stages;
  for (const auto& [blocks, sums] : {std::pair<std::int64_t, std::size_t>{3, 2}, {0, 1}, {1, 0}, {4, 3}})
    stages.add(std::make_unique<Counting>(blocks, sums));
  ASSERT_EQ(stages.blocks(), 8);
  ASSERT_EQ(stages.counts(), 4U);
  ASSERT_EQ(stages.sums(), 6U);
  EXPECT_EQ(stages.patients_in(2), 32);
  EXPECT_EQ(stages.patients_in(3), 10);
  EXPECT_EQ(stages.patients_in(4), 40);
  Tally tally(stages.counts(), stages.sums());
  for (std::int64_t block = 0; block < stages.blocks(); ++block)
    stages.simulate_block(block, {tally.counts, tally.sums});
  const std::vector<Table> tables = stages.deliver({tally.counts, tally.sums}, {});
  ASSERT_EQ(tables.size(), 4U);
  const std::vector<std::pair<std::int64_t, double>> expected{{3, 0 + 1 + 2}, {0, 0}, {1, 0}, {4, 0 + 1 + 2 + 3}};
  for (std::size_t stage = 0; stage < tables.size(); ++stage) {
    EXPECT_EQ(std::get<std::vector<std::int64_t>>(tables[stage].find("blocks")->values)[0], expected[stage].first);
    EXPECT_EQ(std::get<std::vector<double>>(tables[stage].find("sum")->values)[0], expected[stage].second);
  }
}

TEST(StageSequence, MayBeEmpty) {
  const StageSequence stages;
  EXPECT_EQ(stages.blocks(), 0);
  EXPECT_TRUE(stages.deliver({}, {}).empty());
}

}  // namespace
}  // namespace vcohort
