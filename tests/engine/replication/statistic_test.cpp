#include "engine/replication/statistic.hpp"

#include <gtest/gtest.h>

#include <cmath>

/// Figures of datasets that can be worked out by hand.
namespace vcohort {
namespace {

constexpr double rounding = 1e-14;  // of a few operations on numbers of order one

double figure_by_hand(FigureStatistic statistic, const auto& change) {
  PublishedFigure figure;
  figure.statistic = statistic;
  change(figure);
  FigureSample arm{{3, 1, 4, 2}, {30, 10, 40, 20}};
  FigureSample versus{{0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}};
  return figure_of(figure, arm, versus);
}

double figure_by_hand(FigureStatistic statistic) {
  return figure_by_hand(statistic, [](PublishedFigure&) {});
}

TEST(FigureStatistic, OneSample) {
  EXPECT_NEAR(figure_by_hand(FigureStatistic::mean), 2.5, rounding);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::sd), std::sqrt(5.0 / 3), rounding);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::median), 2.5, rounding);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::percent_of_baseline), 10, rounding * 10);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::baseline_sds), 2.5 / std::sqrt(500.0 / 3), rounding);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::t), 2.5 / std::sqrt(5.0 / 12), rounding * 10);
}

// Type 7 of Hyndman & Fan: place (n - 1) p among the order statistics 1, 2, 3, 4.
TEST(FigureStatistic, QuantilesInterpolate) {
  const auto at = [](double p) {
    return figure_by_hand(FigureStatistic::quantile, [&](PublishedFigure& figure) { figure.quantile = p; });
  };
  EXPECT_NEAR(at(0), 1, rounding);
  EXPECT_NEAR(at(0.25), 1.75, rounding);
  EXPECT_NEAR(at(0.9), 3.7, rounding);
  EXPECT_NEAR(at(1), 4, rounding);
}

TEST(FigureStatistic, SharesHaveTwoEnds) {
  EXPECT_EQ(figure_by_hand(FigureStatistic::share, [](PublishedFigure& figure) { figure.at_least = 3; }), 0.5);
  EXPECT_EQ(figure_by_hand(FigureStatistic::share, [](PublishedFigure& figure) { figure.at_most = 1; }), 0.25);
  EXPECT_EQ(figure_by_hand(FigureStatistic::share,
                           [](PublishedFigure& figure) {
                             figure.at_least = 2;
                             figure.at_most = 3;
                           }),
            0.5);
}

TEST(FigureStatistic, ComparedWithAnotherArm) {
  const auto compare = [](PublishedFigure& figure) { figure.versus = {"control"}; };
  EXPECT_NEAR(figure_by_hand(FigureStatistic::mean, compare), 0.5, rounding);
  EXPECT_NEAR(figure_by_hand(FigureStatistic::sd, compare), std::sqrt(5.0 / 3) - std::sqrt(2.5), rounding);
  // Pooled variance (3 * 5/3 + 4 * 2.5) / 7 = 15/7.
  EXPECT_NEAR(figure_by_hand(FigureStatistic::standardised_difference, compare), 0.5 / std::sqrt(15.0 / 7), rounding);
}

TEST(FigureStatistic, NothingComesOfNobody) {
  for (const auto statistic : {FigureStatistic::mean, FigureStatistic::sd, FigureStatistic::median,
                               FigureStatistic::share, FigureStatistic::baseline_sds, FigureStatistic::t}) {
    PublishedFigure figure;
    figure.statistic = statistic;
    figure.at_least = 0;
    FigureSample nobody, unused;
    EXPECT_TRUE(std::isnan(figure_of(figure, nobody, unused))) << name_of(statistic);
  }
  PublishedFigure percent;
  percent.statistic = FigureStatistic::percent_of_baseline;
  FigureSample from_zero{{1, 2}, {0, 0}}, unused;
  EXPECT_TRUE(std::isnan(figure_of(percent, from_zero, unused)));
}

}  // namespace
}  // namespace vcohort
