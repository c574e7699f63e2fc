#include "engine/sensitivity/threshold.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/numeric/errors.hpp"
#include "tests/engine/sensitivity/toy.hpp"

namespace vcohort {
namespace {

constexpr double k = 1000;

/// Net benefits at k = 1000 along x = trial.drift: 0; 3 (x - 1); 5 (x - 1.4); so that the best strategy is the
/// reference up to 1, the first up to 2, then the second.
MovableModel fan() {
  const auto line = [](double slope, double from) -> Formula {
    return [=](const ParameterValues& p, std::int64_t patient) {
      // Patients differ by +-1 in effect; pairs of neighbours have the same sum.
      const double noise = patient % 2 == 0 ? 1 : -1;
      return std::pair(slope * from, slope * (p.at("trial.drift") + noise) / k);
    };
  };
  return toy({"reference", "first", "second"}, {constant(0, 0), line(3, 1), line(5, 1.4)}, {k});
}

Evidence drift_at(double value) {
  return evidence_of({parameter("trial.drift", value)});
}

struct Found {
  std::vector<double> value;
  std::vector<std::string> below, above;
};

Found among(const Table& table, const std::string& strategy) {
  Found found;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (column<std::string>(table, "among")[row] != strategy) continue;
    found.value.push_back(column<double>(table, "value")[row]);
    found.below.push_back(column<std::string>(table, "below")[row]);
    found.above.push_back(column<std::string>(table, "above")[row]);
  }
  return found;
}

constexpr double precision = 1e-9;  // root finding to 1e-12 of the value, net benefits rounded to 2^-50

TEST(Threshold, FindsEverySwitchAmongAllAndAgainstTheReference) {
  const Table table = run(Threshold(fan(), drift_at(3), {{"trial.drift", -2, 10}}));
  const Found all = among(table, "all");
  ASSERT_EQ(all.value.size(), 2U);
  EXPECT_NEAR(all.value[0], 1, precision);
  EXPECT_NEAR(all.value[1], 2, precision);
  EXPECT_EQ(all.below, (std::vector<std::string>{"reference", "first"}));
  EXPECT_EQ(all.above, (std::vector<std::string>{"first", "second"}));
  EXPECT_NEAR(among(table, "first").value.at(0), 1, precision);
  EXPECT_NEAR(among(table, "second").value.at(0), 1.4, precision);
  EXPECT_EQ(among(table, "second").above.at(0), "second");
}

TEST(Threshold, SeesAThirdStrategyBetweenTwoNeighboursOfTheScan) {
  // The scan has steps of 2.5, of which none lies between 1 and 2.
  const Table table = run(Threshold(fan(), drift_at(3), {{"trial.drift", -20, 20}}));
  EXPECT_EQ(among(table, "all").above, (std::vector<std::string>{"first", "second"}));
  EXPECT_NEAR(among(table, "all").value[1], 2, precision);
}

TEST(Threshold, SaysWhenThereIsNone) {
  const Table table = run(Threshold(fan(), drift_at(3), {{"trial.drift", 4, 10}}));
  const Found all = among(table, "all");
  ASSERT_EQ(all.value.size(), 1U);
  EXPECT_TRUE(std::isnan(all.value[0]));
  EXPECT_EQ(all.below[0], "second");
  EXPECT_EQ(all.above[0], "second");
  EXPECT_EQ(column<std::int64_t>(table, "switches")[0], 0);
}

TEST(Threshold, CountsSwitchesThatComeAndGo) {
  const Formula wave = [](const ParameterValues& p, std::int64_t) {
    return std::pair(0.0, std::sin(p.at("trial.drift")));
  };
  const Table table =
      run(Threshold(toy({"none", "wave"}, {constant(0, 0), wave}, {k}), drift_at(1), {{"trial.drift", -9, 9}}));
  const double pi = std::acos(-1.0);
  const Found all = among(table, "all");
  EXPECT_EQ(column<std::int64_t>(table, "switches")[0], 5);
  ASSERT_EQ(all.value.size(), Threshold::most_switches);
  for (std::size_t i = 0; i < all.value.size(); ++i)
    EXPECT_NEAR(all.value[i], (static_cast<double>(i) - 2) * pi, precision);
}

TEST(Threshold, HasTheErrorOfTheNetBenefitOverItsSlope) {
  const Formula noisy = [](const ParameterValues& p, std::int64_t patient) {
    return std::pair(p.at("trial.drift") * 4, patient / 8 % 2 == 0 ? 0.03 : 0.01);  // by batch, mean 20 at k
  };
  const Table table =
      run(Threshold(toy({"none", "noisy"}, {constant(0, 0), noisy}, {k}, 64), drift_at(3), {{"trial.drift", 0, 10}}));
  EXPECT_NEAR(column<double>(table, "value")[0], 5, precision);
  EXPECT_NEAR(column<double>(table, "mcse")[0], std::sqrt(100.0 / 7) / 4, precision);  // SD of 8 batches +-10
}

TEST(Threshold, TakesATenthToTenTimesWithoutARange) {
  const Table table = run(Threshold(fan(), drift_at(1.5), {{"trial.drift", {}, {}}}));
  EXPECT_NEAR(column<double>(table, "low")[0], 0.15, precision);
  EXPECT_NEAR(column<double>(table, "high")[0], 15, precision);
  EXPECT_NEAR(among(table, "all").value[1], 2, precision);
  const Table clipped = run(Threshold(fan(), drift_at(5), {{"trial.drift", {}, {}}}));
  EXPECT_EQ(column<double>(clipped, "high")[0], 20);  // the model allows no more
}

TEST(Threshold, RefusesARangeThatIsNone) {
  EXPECT_THROW(Threshold(fan(), drift_at(0), {{"trial.drift", {}, {}}}), InternalError);
  EXPECT_THROW(Threshold(fan(), drift_at(1), {{"trial.drift", 3, 3}}), InternalError);
  EXPECT_THROW(Threshold(fan(), drift_at(1), {{"trial.drift", 3, 1e9}}), InternalError);
  EXPECT_THROW(Threshold(fan(), drift_at(1), {{"effect.emax", 3, 4}}), InternalError);
}

}  // namespace
}  // namespace vcohort
