#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "engine/analysis/boundaries/spending.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "tests/engine/analysis/boundaries/designs.hpp"

// What holds for every design.
namespace vcohort::boundaries {
namespace {

using Boundary = Looks::Efficacy::Boundary;
using Kind = Spending::Kind;

double total(const std::vector<Exit>& stops) {
  double sum = 0;
  for (const Exit& stop : stops) sum += stop.efficacy + stop.futility + stop.reversed;
  return sum;
}

class RandomDesign {
 public:
  explicit RandomDesign(unsigned seed) : generator_(seed) {}

  Design made() {
    Design design;
    Looks& looks = design.looks;
    const int count = 1 + below(6);
    for (int k = 1; k < count; ++k) looks.information.push_back(between(0.05, 0.95));
    looks.information.push_back(1);
    std::sort(looks.information.begin(), looks.information.end());
    design.level = between(0.001, 0.1);
    looks.power = between(0.6, 0.98);
    if (below(2) == 0) {
      looks.efficacy.boundary = static_cast<Boundary>(below(3));
      looks.efficacy.delta = between(0, 0.6);
    } else {
      looks.efficacy.spending = function();
    }
    const int rule = below(4);
    if (rule == 0) {
      looks.futility.emplace().spending = function();
    } else if (rule == 1) {
      for (int k = 1; k < count; ++k) looks.futility.emplace().z.assign(static_cast<std::size_t>(k), between(-1, 0.3));
    } else if (rule == 2) {
      looks.futility.emplace().conditional_power.assign(static_cast<std::size_t>(count - 1), between(0.01, 0.3));
      looks.futility->drift = static_cast<Looks::Futility::Drift>(below(3));
    }
    if (looks.futility && below(2) == 0) {
      looks.futility->binding = true;
    } else {
      design.two_sided = below(2) == 0;
    }
    return design;
  }

 private:
  int below(int limit) { return static_cast<int>(generator_() % static_cast<unsigned>(limit)); }
  double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(generator_); }
  Spending function() {
    Spending spending{.kind = static_cast<Kind>(below(4)), .gamma = between(-5, 3), .rho = between(0.5, 4)};
    return spending;
  }

  std::mt19937 generator_;
};

TEST(EveryDesign, SpendsItsLevelAndEndsSomewhere) {
  int refused = 0;
  constexpr unsigned designs = 120;
  for (unsigned seed = 0; seed < designs; ++seed) {
    SCOPED_TRACE(seed);
    const Design design = RandomDesign(seed).made();
    Calibrated found;
    try {
      found = calibrate(design);
    } catch (const InvalidInput&) {  // a look that nobody would pass
      ++refused;
      continue;
    }
    const bool binding = found.bounds.binding;
    const double sides = design.two_sided ? 2 : 1;
    EXPECT_NEAR(binding ? found.level_obeyed : found.level, sides * design.level, 1e-10);
    EXPECT_LE(found.level_obeyed, found.level + 1e-14);
    EXPECT_NEAR(found.bounds.alpha_spent.back(), design.level, 1e-10);
    EXPECT_TRUE(std::is_sorted(found.bounds.alpha_spent.begin(), found.bounds.alpha_spent.end()));
    EXPECT_GE(found.drift, found.fixed_drift * (binding ? 0.9 : 1 - 1e-12));
    EXPECT_NEAR(power_of(exits(found.bounds, found.drift)), design.looks.power, 1e-10);
    double before = 0;
    for (const double drift : {-2.0, 0.0, 1.0, 3.0, 6.0}) {
      const std::vector<Exit> stops = exits(found.bounds, drift);
      EXPECT_NEAR(total(stops), 1, 1e-10);
      EXPECT_NEAR(total(exits(found.bounds, drift, false)), 1, 1e-10);
      EXPECT_GT(power_of(stops), before);
      before = power_of(stops);
    }
    // With two sides a significant harm may take more of beta than there is to spend.
    if (design.two_sided || !design.looks.futility || !design.looks.futility->spending.kind) continue;
    const std::vector<Exit> stops = exits(found.bounds, found.drift);
    double beta = 0;
    for (std::size_t k = 0; k < stops.size(); ++k) {
      beta += stops[k].futility + stops[k].reversed;
      const double wanted = spent(design.looks.futility->spending, design.looks.information, 1 - design.looks.power,
                                  design.looks.information[k]);
      EXPECT_NEAR(beta, wanted, 1e-9) << k;
    }
  }
  EXPECT_LT(refused, 25);
}

TEST(EveryDesign, OfOneLookIsATrialWithoutLooks) {
  for (const Design& design : {obrien_fleming({1}), pocock({1}), lan_demets({1})}) {
    const Calibrated found = calibrate(design);
    EXPECT_NEAR(found.bounds.efficacy.front(), -normal_quantile(0.025), 1e-12);
    EXPECT_NEAR(found.inflation, 1, 1e-12);
    EXPECT_NEAR(found.information[2], 1, 1e-12);
  }
}

TEST(EveryDesign, StandsStillWhereALookIsRepeatedAlmost) {
  const Calibrated two = calibrate(pocock({0.5, 1}));
  const Calibrated three = calibrate(pocock({0.5, 0.501, 1}));
  EXPECT_GT(three.bounds.efficacy[0], two.bounds.efficacy[0]);
  EXPECT_NEAR(three.bounds.efficacy[0], two.bounds.efficacy[0], 0.03);
  EXPECT_NEAR(three.level, 0.025, 1e-10);
}

TEST(EveryDesign, IsRefusedWhereNobodyWouldGoOn) {
  Design design = lan_demets(thirds);
  design.looks.futility.emplace().z = {0, 2.6};
  EXPECT_THROW(calibrate(design), InvalidInput);
  design.looks.futility->binding = true;
  EXPECT_THROW(calibrate(design), InvalidInput);
  Design generous = by_boundary(thirds, Boundary::haybittle_peto);
  generous.looks.efficacy.z = 1.5;
  EXPECT_THROW(calibrate(generous), InvalidInput);
}

TEST(EveryDesign, StopsOnlyAtTheLooksThatMay) {
  Design design = with_beta(lan_demets(thirds), spending(Kind::pocock), false);
  design.looks.efficacy.looks = {2, 3};
  design.looks.futility->looks = {1};
  const Calibrated found = calibrate(design);
  EXPECT_TRUE(std::isinf(found.bounds.efficacy[0]));
  EXPECT_NEAR(found.bounds.alpha_spent[1], spent(design.looks.efficacy.spending, thirds, 0.025, thirds[1]), 1e-12);
  EXPECT_TRUE(std::isfinite(found.bounds.futility[0]));
  EXPECT_TRUE(std::isinf(found.bounds.futility[1]));
  EXPECT_NEAR(found.level, 0.025, 1e-10);
}

TEST(SpendingFunctions, BeginAtNothingAscendAndEndAtAll) {
  for (const Spending& function :
       {spending(Kind::obrien_fleming), spending(Kind::pocock), spending(Kind::hwang_shih_decani, -4),
        spending(Kind::hwang_shih_decani, 1e-6), spending(Kind::hwang_shih_decani, 0), spending(Kind::power, 3),
        Spending{.kind = Kind::table, .table = {0.1, 0.1, 0.4}}}) {
    double before = 0;
    for (double t = 0; t <= 1.2; t += 0.05) {
      const double now = spent(function, thirds, 0.025, t);
      EXPECT_GE(now, before);
      before = now;
    }
    EXPECT_EQ(spent(function, thirds, 0.025, 0), 0);
    EXPECT_EQ(spent(function, thirds, 0.025, 1), 0.025);
    EXPECT_NEAR(spent(function, thirds, 0.025, 1 - 1e-12), 0.025, 1e-10);
  }
  const double nearly = spent(spending(Kind::hwang_shih_decani, 9e-6), thirds, 0.025, 0.4);
  EXPECT_NEAR(nearly, 0.025 * (0.4 + 9e-6 * 0.4 * 0.6 / 2), 1e-12);
  EXPECT_NEAR(spent(Spending{.kind = Kind::table, .table = {0.1, 0.2, 0.4}}, thirds, 0.04, 0.5), 0.015, 1e-15);
}

// What is due has not grown since the look before: rounding of what was spent is no level for another.
TEST(Spending, ATableThatEndsFlatLeavesNoLastBound) {
  Spending table{.kind = Spending::Kind::table};
  table.table = {0.01, 0.025, 0.025};
  const Bounds bounds = calibrate(by_spending(thirds, table)).bounds;
  EXPECT_EQ(bounds.efficacy.back(), std::numeric_limits<double>::infinity());
  EXPECT_NEAR(bounds.alpha_spent.back(), 0.025, 1e-9);
}

}  // namespace
}  // namespace vcohort::boundaries
