#include "engine/replication/assessment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace vcohort {
namespace {

/// 1, 2, ..., 1000 in some order.
std::vector<double> thousand() {
  std::vector<double> values(1000);
  std::iota(values.rbegin(), values.rend(), 1.0);
  return values;
}

FigureAssessment judged(double published, const std::vector<double>& simulated,
                        PublishedFigure::Bound bound = PublishedFigure::Bound::exact) {
  PublishedFigure figure;
  figure.value = published;
  figure.bound = bound;
  figure.misfit = {{"sceptical", "open label"}};
  return assess(figure, simulated, "published");
}

TEST(Assessment, AThousandNumbers) {
  const FigureAssessment at = judged(500, thousand());
  EXPECT_EQ(at.median, 500);
  EXPECT_EQ(at.lower, 25);
  EXPECT_EQ(at.upper, 975);
  EXPECT_EQ(at.expected, 500.5);
  // The variance of 1 ... n is n (n + 1) / 12.
  EXPECT_NEAR(at.expected_mcse, std::sqrt(1000.0 * 1001 / 12 / 1000), 1e-12);
  EXPECT_EQ(at.position, 0.4995);
  EXPECT_NEAR(at.position_mcse, std::sqrt(500.5 / 1002 * (501.5 / 1002) / 1000), 1e-15);
  EXPECT_EQ(at.defined, 1000);
  EXPECT_EQ(at.verdict, Verdict::inside);
}

TEST(Assessment, TheIntervalHoldsItsEnds) {
  EXPECT_EQ(judged(25, thousand()).verdict, Verdict::inside);
  EXPECT_EQ(judged(24.5, thousand()).verdict, Verdict::misfit);
  EXPECT_EQ(judged(975, thousand()).verdict, Verdict::inside);
  EXPECT_EQ(judged(975.5, thousand()).verdict, Verdict::misfit);
}

// Two standard errors of a share of 0.025 of 1000 are 0.0099: from 16 to 35 of a thousand nobody can tell.
TEST(Assessment, AFigureNearALimitIsAtTheEdge) {
  using Bound = PublishedFigure::Bound;
  for (const double mirror : {0.0, 1001.0}) {
    const auto at = [&](double k) { return judged(std::fabs(mirror - k), thousand()); };
    EXPECT_TRUE(at(25).at_edge && at(24).at_edge && at(35).at_edge && at(18).at_edge);
    EXPECT_FALSE(at(40).at_edge || at(10).at_edge || at(500).at_edge);
  }
  EXPECT_TRUE(judged(976, thousand(), Bound::lower).at_edge);
  EXPECT_FALSE(judged(25, thousand(), Bound::lower).at_edge) << "nearly all respect the bound";
  // 0 of 20 in 97 of 100 datasets: the interval of counts ends at 1 for certain only where 2.5 % and more have it.
  std::vector<double> counts(1000, 0.0);
  EXPECT_FALSE(judged(0, counts).at_edge);
  std::fill(counts.begin(), counts.begin() + 30, 0.05);
  EXPECT_TRUE(judged(0.05, counts).at_edge);
  EXPECT_FALSE(judged(0, counts).at_edge);
}

// Of 13 patients 9 and so on: ties count half, and the ends of the interval are counts that occur.
TEST(Assessment, TiesCountHalf) {
  std::vector<double> counts(100, 0.0);
  std::fill(counts.begin(), counts.begin() + 40, 1.0 / 13);
  std::fill(counts.begin(), counts.begin() + 10, 2.0 / 13);
  const FigureAssessment at = judged(1.0 / 13, counts);
  EXPECT_EQ(at.position, 0.75);
  EXPECT_EQ(at.lower, 0);
  EXPECT_EQ(at.upper, 2.0 / 13);
  EXPECT_EQ(judged(0, std::vector<double>(100, 0.0)).verdict, Verdict::inside);
}

TEST(Assessment, ABoundIsJudgedByTheShareThatRespectsIt) {
  using Bound = PublishedFigure::Bound;
  EXPECT_EQ(judged(1, thousand(), Bound::lower).position, 1);
  EXPECT_EQ(judged(976, thousand(), Bound::lower).position, 0.025);
  EXPECT_EQ(judged(976, thousand(), Bound::lower).verdict, Verdict::inside);
  EXPECT_EQ(judged(977, thousand(), Bound::lower).verdict, Verdict::misfit);
  EXPECT_EQ(judged(25, thousand(), Bound::upper).position, 0.025);
  EXPECT_EQ(judged(25, thousand(), Bound::upper).verdict, Verdict::inside);
  EXPECT_EQ(judged(24, thousand(), Bound::upper).verdict, Verdict::misfit);
}

TEST(Assessment, WhatIsNotDefinedIsLeftOut) {
  std::vector<double> values = thousand();
  for (std::size_t k = 0; k < 1000; k += 2) values[k] = std::numeric_limits<double>::quiet_NaN();
  const FigureAssessment at = judged(500, values);
  EXPECT_EQ(at.defined, 500);
  EXPECT_EQ(at.expected, 500);  // of the odd numbers
  EXPECT_THROW(judged(1, {std::numeric_limits<double>::quiet_NaN()}), std::runtime_error);
}

TEST(Assessment, AReasonCountsUnderItsStance) {
  PublishedFigure figure;
  figure.value = 2000;
  figure.misfit = {{"sceptical", "open label"}};
  EXPECT_EQ(assess(figure, thousand(), "published").verdict, Verdict::misfit);
  EXPECT_EQ(assess(figure, thousand(), "sceptical").verdict, Verdict::known_misfit);
  EXPECT_EQ(assess(figure, thousand(), "sceptical").reason, "open label");
  figure.misfit = {{"", "small"}};
  EXPECT_EQ(assess(figure, thousand(), "published").reason, "small");
  figure.value = 500;
  EXPECT_EQ(assess(figure, thousand(), "published").reason, "");
}

TEST(Assessment, WhatIsNotModelledIsNotJudged) {
  PublishedFigure figure;
  figure.not_modelled = "no walking test";
  const FigureAssessment at = assess(figure, {}, "published");
  EXPECT_EQ(at.verdict, Verdict::not_modelled);
  EXPECT_EQ(at.reason, "no walking test");
  EXPECT_TRUE(std::isnan(at.position));
}

}  // namespace
}  // namespace vcohort
