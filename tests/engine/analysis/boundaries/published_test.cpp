#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/numeric/errors.hpp"
#include "tests/engine/analysis/boundaries/designs.hpp"

// Bounds, inflation and expected information as other programs and independent quadrature print them.
namespace vcohort::boundaries {
namespace {

using Boundary = Looks::Efficacy::Boundary;
using Kind = Spending::Kind;

constexpr double printed = 1e-6;  // the last digit that is printed; half of it is rounding
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Bounds, inflation and expected information at drift 0, half and full; those that are not printed are not-a-number.
void expect_design(const Design& design, const std::vector<double>& bounds, double inflation = NAN,
                   const std::vector<double>& information = {}) {
  const Calibrated found = calibrate(design);
  expect_near(found.bounds.efficacy, bounds);
  if (!std::isnan(inflation)) {
    EXPECT_NEAR(found.inflation, inflation, printed);
  }
  for (std::size_t k = 0; k < information.size(); ++k) EXPECT_NEAR(found.information.at(k), information[k], printed);
  EXPECT_NEAR(found.level, design.two_sided ? 0.05 : 0.025, 1e-9);
  EXPECT_NEAR(found.bounds.alpha_spent.back(), 0.025, 1e-9);
}

TEST(PublishedBounds, OfEquallySpacedLooks) {
  expect_design(obrien_fleming({0.5, 1}), {2.796510, 1.977431});
  expect_design(obrien_fleming(thirds), {3.471091, 2.454432, 2.004036}, 1.016101);
  expect_design(pocock({0.5, 1}), {2.178272, 2.178272});
  expect_design(pocock(thirds), {2.289478, 2.289478, 2.289478}, 1.150638);
  expect_design(lan_demets({0.5, 1}), {2.962588, 1.968596});
  expect_design(lan_demets(thirds), {3.710303, 2.511427, 1.993047});
  expect_design(lan_demets({0.4, 0.7, 1}), {3.356869, 2.444542, 2.000539});
}

TEST(PublishedBounds, StopAtEachStageWithThePower) {
  const Calibrated found = calibrate(obrien_fleming(thirds));
  EXPECT_NEAR(found.drift, 3.267507, printed);
  const std::vector<Exit> stops = exits(found.bounds, found.drift);
  EXPECT_NEAR(stops[0].efficacy, 0.056529, printed);
  EXPECT_NEAR(stops[1].efficacy, 0.528782, printed);
  EXPECT_NEAR(stops[2].efficacy, 0.314689, printed);
}

TEST(PublishedBounds, OfRepeatedTestsWithoutAdjustment) {
  const std::vector<double> wanted = {0.050000, 0.083118, 0.107256, 0.126169, 0.141689};
  Bounds bounds;
  bounds.two_sided = true;
  for (std::size_t looks = 1; looks <= wanted.size(); ++looks) {
    bounds.information.push_back(static_cast<double>(looks));  // only their ratios matter without a drift
    bounds.efficacy.assign(looks, 1.959964);
    bounds.futility.assign(looks, -infinity);
    bounds.futility.back() = bounds.efficacy.back();
    EXPECT_NEAR(rejection_of(exits(bounds, 0)), wanted[looks - 1], printed);
  }
}

TEST(PublishedBounds, OfSpendingFunctions) {
  const auto power = [](double rho) { return spending(Kind::power, rho); };
  const auto decani = [](double gamma) { return spending(Kind::hwang_shih_decani, gamma); };
  expect_design(by_spending(thirds, power(1)), {2.393980, 2.293768, 2.199939}, 1.106550,
                {1.097328, 1.000948, 0.722379});
  expect_design(by_spending(thirds, power(2)), {2.772921, 2.347272, 2.061914}, 1.041148,
                {1.036328, 0.971155, 0.749806});
  expect_design(by_spending({0.25, 0.5, 0.75, 1}, power(2)), {2.955167, 2.559350, 2.300855, 2.091967}, 1.051343,
                {1.045594, 0.968217, 0.721561});
  expect_design(by_spending({0.3, 0.7, 1}, decani(-4)), {3.066700, 2.483666, 2.002767}, 1.016027,
                {1.013391, 0.968586, 0.791362});
  expect_design(by_spending(thirds, decani(-2)), {2.677524, 2.385418, 2.063740}, 1.043151,
                {1.038060, 0.972041, 0.744953});
  expect_design(by_spending(thirds, decani(1)), {2.283141, 2.284441, 2.301255}, 1.156123,
                {1.144386, 1.030149, 0.721301});
  const std::vector<Exit> stops = [&] {
    const Calibrated found = calibrate(by_spending(thirds, power(2)));
    return exits(found.bounds, found.drift);
  }();
  EXPECT_NEAR(stops[0].efficacy, 0.193982, printed);
  EXPECT_NEAR(stops[1].efficacy, 0.451519, printed);
  EXPECT_NEAR(stops[2].efficacy, 0.254499, printed);
}

TEST(PublishedBounds, OfATableOfSpending) {
  Spending table{.kind = Kind::table, .table = {0.002, 0.010, 0.025}};
  expect_design(by_spending({0.25, 0.6, 1}, table), {2.878162, 2.379476, 2.060007}, 1.042544,
                {1.037644, 0.976045, 0.760672});
  table.table = {0, 0.010, 0.025};
  expect_design(by_spending({0.3, 0.6, 1}, table), {infinity, 2.326348, 2.053307});
}

TEST(PublishedBounds, OfOtherShapes) {
  expect_design(by_boundary(thirds, Boundary::wang_tsiatis, 0.1), {3.144191, 2.382851, 2.026098}, 1.025020,
                {1.021663, 0.968773, 0.777403});
  expect_design(by_boundary({0.25, 0.5, 0.75, 1}, Boundary::wang_tsiatis, 0.4),
                {2.565071, 2.393296, 2.298197, 2.233024}, 1.116797, {1.106837, 0.999863, 0.698746});
  expect_design(by_boundary(thirds, Boundary::haybittle_peto), {3, 3, 1.975098}, 1.006579,
                {1.005300, 0.980981, 0.833683});
}

TEST(PublishedBounds, OfTwoSides) {
  Design design = by_spending(thirds, spending(Kind::pocock));
  EXPECT_NEAR(calibrate(design).bounds.efficacy.back(), 2.295940, printed);
  design.two_sided = true;
  expect_design(design, {2.279428, 2.294911, 2.295938});
  Design cautious = lan_demets(thirds);
  cautious.two_sided = true;
  expect_design(cautious, {3.710303, 2.511427, 1.993047});
}

/// Lower bounds but for the last, inflation, expected information.
void expect_futility(const Design& design, const std::vector<double>& upper, std::vector<double> lower,
                     double inflation, const std::vector<double>& information) {
  const Calibrated found = calibrate(design);
  expect_near(found.bounds.efficacy, upper);
  lower.push_back(found.bounds.efficacy.back());
  expect_near(found.bounds.futility, lower);
  EXPECT_NEAR(found.inflation, inflation, printed);
  for (std::size_t k = 0; k < information.size(); ++k) EXPECT_NEAR(found.information.at(k), information[k], printed);
}

TEST(PublishedFutility, BySpendingBeta) {
  const Spending cautious = spending(Kind::obrien_fleming), even = spending(Kind::pocock);
  expect_futility(with_beta(lan_demets(thirds), cautious, true), {3.710303, 2.511395, 1.958784}, {-0.713367, 0.975836},
                  1.038787, {0.664502, 0.854792, 0.810883});
  expect_futility(with_beta(lan_demets(thirds), cautious, false), {3.710303, 2.511427, 1.993047}, {-0.694541, 1.002460},
                  1.059393, {0.673331, 0.868672, 0.822767});
  expect_futility(with_beta(by_spending(thirds, even), even, true), {2.279428, 2.282606, 2.177782},
                  {0.432940, 1.367662}, 1.289700, {0.593142, 0.812254, 0.714562});
  expect_futility(with_beta(by_spending(thirds, even), even, false), {2.279428, 2.294911, 2.295940},
                  {0.487242, 1.446486}, 1.356444, {0.610707, 0.837776, 0.733928});
  expect_futility(with_beta(by_spending(thirds, spending(Kind::hwang_shih_decani, -4)),
                            spending(Kind::hwang_shih_decani, -2), false),
                  {3.010739, 2.546531, 1.999226}, {-0.238724, 0.941067}, 1.069883, {0.624859, 0.852025, 0.791277});
  Design weaker = with_beta(by_spending(thirds, spending(Kind::power, 2)), spending(Kind::power, 2), true);
  weaker.looks.power = 0.8;
  expect_futility(weaker, {2.772921, 2.346835, 2.027077}, {-0.336410, 0.968938}, 1.070401,
                  {0.634653, 0.819453, 0.798061});
}

TEST(PublishedFutility, StopsWithTheseProbabilities) {
  const Calibrated found = calibrate(with_beta(lan_demets(thirds), spending(Kind::obrien_fleming), false));
  EXPECT_NEAR(found.drift, 3.336390, printed);
  const std::vector<Exit> full = exits(found.bounds, found.drift), none = exits(found.bounds, 0);
  const std::vector<double> shown = {0.037209, 0.547323, 0.315468}, by_chance = {0.000104, 0.005944, 0.017266};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(full[k].efficacy, shown[k], printed);
    EXPECT_NEAR(none[k].efficacy, by_chance[k], printed);
  }
  EXPECT_NEAR(full[0].futility, 0.004386, printed);
  EXPECT_NEAR(full[1].futility, 0.039568, printed);
  EXPECT_NEAR(none[0].futility, 0.243671, printed);
  EXPECT_NEAR(none[1].futility, 0.599760, printed);
  EXPECT_NEAR(found.level_obeyed, 0.023314, printed);
  EXPECT_NEAR(found.level, 0.025, 1e-9);
}

TEST(PublishedFutility, AtTheFirstLookAlone) {
  Design design = lan_demets(thirds);
  design.looks.futility.emplace().z = {0, NAN};
  design.looks.futility->binding = true;
  expect_futility(design, {3.710303, 2.510358, 1.968478}, {0, -infinity}, 1.050586, {0.698236, 0.887851, 0.815451});
  design.looks.futility->binding = false;
  expect_futility(design, {3.710303, 2.511427, 1.993047}, {0, -infinity}, 1.063500, {});
  const Calibrated found = calibrate(design);
  EXPECT_NEAR(found.level_obeyed, 0.023809, printed);
  const std::vector<Exit> stops = exits(found.bounds, found.drift);
  EXPECT_NEAR(stops[0].efficacy, 0.037513, printed);
  EXPECT_NEAR(stops[1].efficacy, 0.548354, printed);
  EXPECT_NEAR(stops[2].efficacy, 0.314133, printed);
  EXPECT_NEAR(stops[0].futility, 0.026804, printed);
}

}  // namespace
}  // namespace vcohort::boundaries
