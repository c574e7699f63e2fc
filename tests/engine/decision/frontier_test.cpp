#include "engine/policy/decision/frontier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vcohort {
namespace {

using Status = FrontierStatus;

std::vector<FrontierPlace> places(std::vector<double> cost, std::vector<double> effect, Eigen::Index preferred = 0) {
  return frontier_of(Eigen::Map<Eigen::VectorXd>(cost.data(), static_cast<Eigen::Index>(cost.size())),
                     Eigen::Map<Eigen::VectorXd>(effect.data(), static_cast<Eigen::Index>(effect.size())), preferred);
}

std::vector<Status> statuses(const std::vector<FrontierPlace>& found) {
  std::vector<Status> all;
  for (const FrontierPlace& place : found) all.push_back(place.status);
  return all;
}

TEST(Frontier, StrictAndExtendedDominance) {
  const auto found = places({5000, 10000, 12000, 25000, 35000, 55000}, {1, 2, 1.5, 3, 4, 5});
  EXPECT_THAT(statuses(found), testing::ElementsAre(Status::frontier, Status::frontier, Status::strongly_dominated,
                                                    Status::extendedly_dominated, Status::frontier, Status::frontier));
  EXPECT_TRUE(std::isnan(found[0].icer));
  EXPECT_EQ(found[1].icer, 5000);
  EXPECT_EQ(found[4].icer, 12500);
  EXPECT_EQ(found[5].icer, 20000);
  EXPECT_EQ(found[4].compared_to, 1);
}

TEST(Frontier, ATieInEffectLeavesTheCheapest) {
  EXPECT_THAT(statuses(places({163771.0, 164848.7, 163765.1}, {6.48273, 6.52861, 6.52861})),
              testing::ElementsAre(Status::strongly_dominated, Status::strongly_dominated, Status::frontier));
}

TEST(Frontier, ATieInCostLeavesTheMostEffective) {
  EXPECT_THAT(statuses(places({100, 100, 300}, {1, 2, 3})),
              testing::ElementsAre(Status::strongly_dominated, Status::frontier, Status::frontier));
}

TEST(Frontier, EqualStrategiesStandForEachOther) {
  EXPECT_THAT(statuses(places({100, 100, 100}, {1, 1, 1}, 1)),
              testing::ElementsAre(Status::tied, Status::frontier, Status::tied));
  // But for rounding they are equal, too.
  EXPECT_THAT(statuses(places({0.1 + 0.2, 0.3}, {1, 1})), testing::ElementsAre(Status::frontier, Status::tied));
}

TEST(Frontier, EqualRatiosStay) {
  const auto found = places({0, 1000, 2000}, {0, 1, 2});
  EXPECT_THAT(statuses(found), testing::Each(Status::frontier));
  EXPECT_EQ(found[2].icer, 1000);
}

// A difference of effects of 1e-4 beside effects of 13: the ratios are 1e6 but for rounding of the effects.
TEST(Frontier, EqualRatiosStayHoweverSmallTheDifferences) {
  EXPECT_THAT(statuses(places({100, 200, 300, 400}, {13.0001, 13.0002, 13.0003, 13.0004})),
              testing::Each(Status::frontier));
  EXPECT_THAT(statuses(places({1e6 + 0.1, 1e6 + 0.2, 1e6 + 0.3}, {1, 2, 3})), testing::Each(Status::frontier));
  // A ratio that is higher by a thousandth is no rounding.
  EXPECT_THAT(statuses(places({100, 200.1, 300}, {13.0001, 13.0002, 13.0003})),
              testing::ElementsAre(Status::frontier, Status::extendedly_dominated, Status::frontier));
}

TEST(Frontier, ExtendedDominanceMayRemoveSeveral) {
  // Ratios 30, 20, 10: only the ends are left.
  EXPECT_THAT(statuses(places({0, 30, 50, 60}, {0, 1, 2, 3})),
              testing::ElementsAre(Status::frontier, Status::extendedly_dominated, Status::extendedly_dominated,
                                   Status::frontier));
}

TEST(Frontier, DoesNotDependOnTheOrderOfStrategies) {
  const std::vector<double> cost{5000, 10000, 12000, 25000, 35000, 55000};
  const std::vector<double> effect{-1, 2, -1.5, 3, 4, 5};
  const auto expected = places(cost, effect);
  std::vector<std::size_t> order(cost.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    std::vector<double> shuffled_cost, shuffled_effect;
    for (const std::size_t place : order) {
      shuffled_cost.push_back(cost[place]);
      shuffled_effect.push_back(effect[place]);
    }
    const auto found = places(shuffled_cost, shuffled_effect);
    for (std::size_t place = 0; place < order.size(); ++place)
      ASSERT_EQ(found[place].status, expected[order[place]].status);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Frontier, PublishedRatios) {
  // Sick-Sicker model of the DARTH group's tutorial on cohort models (Alarid-Escudero et al., Medical Decision Making
  // 2023), and the HIV model of Chancellor et al. (1997) as rebuilt by Briggs, Claxton & Sculpher (2006); both recalled
  // from memory, not looked up. The tolerance is what rounding of the printed costs and QALYs (half a unit of the last
  // digit at both ends) allows.
  const auto sick = places({151580, 284805, 259100, 378875}, {20.711, 21.499, 22.184, 23.137});
  EXPECT_THAT(statuses(sick),
              testing::ElementsAre(Status::frontier, Status::strongly_dominated, Status::frontier, Status::frontier));
  EXPECT_NEAR(sick[2].icer, 72988, 72988 * (0.001 / 1.473 + 1.0 / 107520));
  EXPECT_NEAR(sick[3].icer, 125764, 125764 * (0.001 / 0.953 + 1.0 / 119775));
  const auto hiv = places({44663.45, 50601.65}, {7.991207, 8.937389});
  EXPECT_NEAR(hiv[1].icer, 6276, 0.5);
}

}  // namespace
}  // namespace vcohort
