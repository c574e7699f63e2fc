#include "engine/sensitivity/rank_correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vcohort {
namespace {

const std::vector<double> x{0.44, 1.2, -0.3, 2.5, 0.9, -1.7, 0.05, 3.3, 1.2, -0.8};
const std::vector<double> y{1.0, 0.3, -0.2, 1.9, 1.0, -2.2, 0.4, 1.1, 2.0, -1.0};

// scipy.stats.rankdata([3, 1, 1, 2, 3, 3])
TEST(RankCorrelation, TiesShareTheirRank) {
  EXPECT_EQ(mid_ranks(std::vector<double>{3, 1, 1, 2, 3, 3}), (std::vector<double>{5, 1.5, 1.5, 3, 5, 5}));
}

// scipy.stats.spearmanr(x, y); the interval is tanh(arctanh(r) -+ 1.96 sqrt((1 + r^2 / 2) / (n - 3))) in NumPy.
TEST(RankCorrelation, IsThatOfScipy) {
  const RankCorrelation found = rank_correlation(x, y);
  EXPECT_NEAR(found.rho, 0.8414634146341463, 1e-14);
  EXPECT_NEAR(found.lower, 0.3488671371217557, 1e-12);
  EXPECT_NEAR(found.upper, 0.9697556178522524, 1e-12);
  EXPECT_NEAR(found.se, 0.12839785619606295, 1e-14);
  EXPECT_EQ(found.n, 10);
}

TEST(RankCorrelation, KnowsOnlyRanks) {
  std::vector<double> bent;
  for (const double value : x) bent.push_back(std::exp(3 * value));
  EXPECT_EQ(rank_correlation(bent, y).rho, rank_correlation(x, y).rho);
  const RankCorrelation self = rank_correlation(x, bent);
  EXPECT_EQ(self.rho, 1);
  EXPECT_EQ(self.se, 0);
  EXPECT_EQ(self.lower, 1);
}

TEST(RankCorrelation, LeavesMissingPairsOut) {
  std::vector<double> more_x = x, more_y = y;
  more_x.push_back(9);
  more_y.push_back(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(rank_correlation(more_x, more_y).rho, rank_correlation(x, y).rho);
  EXPECT_EQ(rank_correlation(more_x, more_y).n, 10);
}

TEST(RankCorrelation, IsMissingWhereNothingVaries) {
  EXPECT_TRUE(std::isnan(rank_correlation(x, std::vector<double>(10, 2.0)).rho));
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<double>{1, 2, 3}, std::vector<double>{1, 2, 3}).rho));
}

}  // namespace
}  // namespace vcohort
