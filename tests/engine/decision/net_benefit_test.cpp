#include "engine/policy/decision/net_benefit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/decision/psas.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;

// A statistical tolerance of 4.5 Monte Carlo standard errors: a false alarm once in 150,000 seeds.
constexpr double errors = 4.5;

NetBenefit benefit(double k, const Psa& psa) {
  return net_benefit_at(k, psa, psa);
}

TEST(NetBenefit, FourDrawsByHand) {
  const NetBenefit found = benefit(20000, four_draws());
  EXPECT_NEAR(found.nmb[0], 19987.5, 1e-9);
  EXPECT_NEAR(found.nmb[1], 21450, 1e-9);
  EXPECT_NEAR(found.nmb[2], 19350, 1e-9);
  EXPECT_EQ(found.best, 1);
  EXPECT_THAT(found.ceac, ElementsAre(0.25, 0.75, 0));
  EXPECT_NEAR(found.expected_loss[0], 2737.5, 1e-9);
  EXPECT_NEAR(found.expected_loss[1], 1275, 1e-9);
  EXPECT_NEAR(found.expected_loss[2], 3375, 1e-9);
  EXPECT_EQ(found.evpi, found.expected_loss[1]);
}

TEST(NetBenefit, TiesShareADraw) {
  // At k = 10000 A and B tie in two draws; A is best in one more, B in the other.
  const NetBenefit found = benefit(10000, four_draws());
  EXPECT_THAT(found.ceac, ElementsAre(0.5, 0.5, 0));
  for (double k = 0; k <= 50000; k += 500) {
    const NetBenefit at = benefit(k, four_draws());
    EXPECT_NEAR(at.ceac.sum(), 1, 1e-15) << k;
    EXPECT_EQ(at.evpi, at.expected_loss.minCoeff()) << k;
    EXPECT_GE(at.evpi, 0) << k;
    // The smallest expected loss belongs to the largest net benefit.
    Eigen::Index largest = 0;
    at.nmb.maxCoeff(&largest);
    EXPECT_NEAR(at.nmb[at.best], at.nmb[largest], 1e-9) << k;
  }
}

TEST(NetBenefit, GaussianIncrements) {
  constexpr Eigen::Index draws = 200'000;
  const NetBenefit found = benefit(20000, gaussian_increments(draws, 1));
  EXPECT_NEAR(found.ceac[1], 0.5487772, errors * found.ceac_mcse[1]);
  EXPECT_NEAR(found.evpi, 1389.581142, errors * found.evpi_mcse);
  // The errors themselves: sqrt(p (1 - p) / n), and sd of the loss of the new strategy, max(0, -INB), INB ~ N(500,
  // 4079.216^2), whose variance is (m^2 + s^2) Phi(-m/s) - m s phi(m/s) - EVPI^2 = 2264.8^2.
  EXPECT_NEAR(found.ceac_mcse[1], std::sqrt(0.5487772 * 0.4512228 / draws), 1e-5);
  const double mean = 500;
  const double sd = std::sqrt(4000.0 * 4000.0 + 800.0 * 800.0);
  const double density = std::exp(-mean * mean / (2 * sd * sd)) / std::sqrt(2 * M_PI);
  const double second = (mean * mean + sd * sd) * (1 - 0.5487772) - mean * sd * density;
  const double expected = std::sqrt((second - 1389.581142 * 1389.581142) / draws);
  EXPECT_NEAR(found.evpi_mcse, expected, 0.01 * expected);  // its own relative error is about 1 / sqrt(2 draws) = .0016
  EXPECT_NEAR(found.inb[1], 500, errors * found.inb_mcse[1]);
}

// R: quantile(c(0:9, 100), c(.025, .975)) is 0.25 and 77.25; increments are twice that at k = 2.
TEST(NetBenefit, TheIntervalIsThatOfTheDraws) {
  Psa psa;
  psa.strategies = {"old", "new"};
  psa.cost = psa.effect = Eigen::MatrixXd::Zero(11, 2);
  for (int draw = 0; draw < 11; ++draw) psa.effect((7 * draw) % 11, 1) = draw < 10 ? draw : 100;
  const NetBenefit found = benefit(2, psa);
  EXPECT_DOUBLE_EQ(found.inb_lower[1], 2 * 0.25);
  EXPECT_DOUBLE_EQ(found.inb_upper[1], 2 * 77.25);
  EXPECT_EQ(found.inb_lower[0], 0);
}

TEST(NetBenefit, OneSignConvention) {
  // A strategy that saves money and helps has positive increments everywhere, one that costs and harms negative ones.
  Psa psa;
  psa.strategies = {"good", "reference", "bad"};
  psa.reference = 1;
  psa.cost = Eigen::RowVector3d(10, 20, 30).replicate(5, 1);
  psa.effect = Eigen::RowVector3d(3, 2, 1).replicate(5, 1);
  for (const double k : {0.0, 1.0, 1000.0}) {
    const NetBenefit found = benefit(k, psa);
    EXPECT_EQ(found.inb[0], k + 10);
    EXPECT_EQ(found.inb[1], 0);
    EXPECT_EQ(found.inb[2], -k - 10);
    EXPECT_EQ(found.best, 0);
    EXPECT_THAT(found.ceac, ElementsAre(1, 0, 0));
    EXPECT_EQ(found.evpi, 0);
    EXPECT_EQ(found.evpi_mcse, 0);
  }
}

TEST(NetBenefit, NobodyChangesForNothing) {
  Psa psa;
  psa.strategies = {"x", "y", "reference"};
  psa.reference = 2;
  psa.cost = normals(50, 1, 3).replicate(1, 3);
  psa.effect = normals(50, 1, 4).replicate(1, 3);
  const NetBenefit found = benefit(1000, psa);
  EXPECT_EQ(found.best, 2);
  EXPECT_THAT(found.ceac, ElementsAre(0, 0, 1)) << "what is the reference in every draw is no choice";
  EXPECT_EQ(found.evpi, 0);
}

TEST(NetBenefit, ASingleDrawAndASingleStrategy) {
  Psa psa = four_draws();
  psa.cost = psa.cost.topRows(1).eval();
  psa.effect = psa.effect.topRows(1).eval();
  const NetBenefit one_draw = benefit(20000, psa);
  EXPECT_EQ(one_draw.evpi, 0);
  EXPECT_TRUE(std::isnan(one_draw.evpi_mcse));
  EXPECT_TRUE(std::isnan(one_draw.nmb_mcse[0]));
  psa = four_draws();
  psa.strategies = {"A"};
  psa.cost = psa.cost.leftCols(1).eval();
  psa.effect = psa.effect.leftCols(1).eval();
  const NetBenefit one_strategy = benefit(20000, psa);
  EXPECT_EQ(one_strategy.evpi, 0);
  EXPECT_THAT(one_strategy.ceac, ElementsAre(1));
}

// A is best in one of four draws: the error of that share is sqrt(1/4 3/4 / 3) = 1/4. The losses of B, the best, are
// 0, 5100, 0 and 0: mean 1275 and error sqrt((5100^2 / 4 - 1275^2) / 3) = 1275.
TEST(NetBenefit, ErrorsOfFourDraws) {
  const NetBenefit found = benefit(20000, four_draws());
  EXPECT_NEAR(found.ceac_mcse[0], 0.25, 1e-15);
  EXPECT_NEAR(found.evpi_mcse, 1275, 1e-9);
}

// Net benefits at k = 1: 0 for both, -5 for the reference. The cheaper of the tied, wherever it stands.
TEST(NetBenefit, ATieIsOfTheCheapest) {
  Psa psa;
  psa.strategies = {"dear", "cheap", "reference"};
  psa.reference = 2;
  psa.cost = Eigen::RowVector3d(2, 1, 5).replicate(3, 1);
  psa.effect = Eigen::RowVector3d(2, 1, 0).replicate(3, 1);
  EXPECT_EQ(benefit(1, psa).best, 1);
  psa.cost.col(0).swap(psa.cost.col(1));
  psa.effect.col(0).swap(psa.effect.col(1));
  EXPECT_EQ(benefit(1, psa).best, 0);
}

}  // namespace
}  // namespace vcohort
