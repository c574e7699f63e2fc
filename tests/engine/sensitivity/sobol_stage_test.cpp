#include "engine/sensitivity/sobol_stage.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/numeric/errors.hpp"
#include "tests/engine/sensitivity/toy.hpp"

namespace vcohort {
namespace {

constexpr std::uint64_t seed = 20260101;

std::size_t row_of_group(const Table& table, const std::string& name) {
  return row_of(table, "group", name);
}

/// The estimate of a share, within its error of the design: 4.5 bootstrap standard errors, which are too wide for
/// points that are more even than random ones, rather than too narrow.
void expect_share(const Table& table, const std::string& which, const std::string& group, double expected) {
  const std::size_t row = row_of_group(table, group);
  EXPECT_NEAR(column<double>(table, which)[row], expected, 4.5 * column<double>(table, which + "_mcse")[row] + 1e-12)
      << which << " of " << group;
  EXPECT_LE(column<double>(table, which + "_lower")[row], column<double>(table, which)[row]);
  EXPECT_GE(column<double>(table, which + "_upper")[row], column<double>(table, which)[row]);
}

TEST(SobolStage, HasTheIndicesOfIshigami) {
  // sin x + 7 sin^2 y + 0.1 z^4 sin x with x, y, z uniform on (-pi, pi); a stage moves normals, and the laws make them
  // uniform on (0, 1).
  const double pi = std::acos(-1.0);
  const Formula ishigami = [pi](const ParameterValues& p, std::int64_t) {
    const auto angle = [&](const char* name) { return pi * (2 * p.at(name) - 1); };
    const double sine = std::sin(angle("age.floor")), other = std::sin(angle("responder.share"));
    return std::pair(0.0, sine + 7 * other * other + 0.1 * std::pow(angle("repeat.lambda"), 4) * sine);
  };
  const Evidence evidence =
      evidence_of({parameter("age.floor", 0.5, uniform(0, 1)), parameter("responder.share", 0.5, uniform(0, 1)),
                   parameter("repeat.lambda", 0.5, uniform(0, 1)), parameter("effect.emax", 4, lognormal(0.4))});
  const Table table =
      run(SobolStage(toy({"none", "cells"}, {constant(0, 0), ishigami}, {1}, 8), evidence,
                     {{"x", {"age.floor"}}, {"y", {"responder.share"}}, {"z", {"repeat.lambda"}}}, 2048, seed));
  ASSERT_EQ(table.rows(), 4U);
  expect_share(table, "first", "x", 0.313905191);
  expect_share(table, "first", "y", 0.442411145);
  expect_share(table, "first", "z", 0);
  expect_share(table, "total", "x", 0.557588855);
  expect_share(table, "total", "y", 0.442411145);
  expect_share(table, "total", "z", 0.243683664);
  const std::size_t rest = row_of_group(table, "everything else");  // effect.emax, which the model does not read
  for (const char* name : {"first", "first_mcse", "first_lower", "first_upper", "total", "total_mcse", "total_lower"})
    EXPECT_EQ(column<double>(table, name)[rest], 0) << name;
  EXPECT_EQ(column<std::int64_t>(table, "rank")[row_of_group(table, "x")], 1);
  EXPECT_EQ(column<std::int64_t>(table, "rank")[rest], 4);
}

TEST(SobolStage, OfALinearModelTheIndicesAreSharesOfVariance) {
  // k (2 a + b) - c with SDs .1, .3 and 50 of the parts: variances at k = 100 are 400, 900 and 2500.
  const Formula cells = [](const ParameterValues& p, std::int64_t) {
    return std::pair(p.at("motor.limit.III"), 2 * p.at("trial.drift") + p.at("dose.concavity"));
  };
  const Evidence evidence =
      evidence_of({parameter("trial.drift", 1, normal(0.1)), parameter("dose.concavity", 1.5, normal(0.3)),
                   parameter("motor.limit.III", 300, normal(50))});
  const Table table = run(SobolStage(toy({"none", "cells"}, {constant(0, 0), cells}, {100}, 8), evidence,
                                     {{"a", {"trial.drift"}}, {"b", {"dose.concavity"}}}, 1024, seed));
  expect_share(table, "first", "a", 400.0 / 3800);
  expect_share(table, "total", "a", 400.0 / 3800);
  expect_share(table, "first", "b", 900.0 / 3800);
  expect_share(table, "total", "everything else", 2500.0 / 3800);
  EXPECT_NEAR(column<double>(table, "inb_sd")[0], std::sqrt(3800),
              0.02 * std::sqrt(3800));  // even points: < 1 / sqrt(n)
}

TEST(SobolStage, KeepsTogetherWhatCannotBeParted) {
  const JointPrior prior{{"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  const ParameterDraws draws(evidence_of(
      {parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.7)),
       parameter("severity.MSC.I", 1.2, lognormal(0.1), "severity"), parameter("trial.drift", 1, normal(0.1)),
       parameter("severity.MSC.V", 0.7, lognormal(-0.2), "severity")},
      {prior}));
  const std::vector<SobolFactor> factors =
      sobol_factors(draws, {{"size", {"effect.ec50"}}, {"whom", {"severity.MSC.V"}}, {"late", {"effect.emax"}}});
  ASSERT_EQ(factors.size(), 4U);
  const auto names = [&](std::size_t factor) {
    std::vector<std::string> found;
    for (const std::size_t place : factors[factor].coordinates) found.push_back(draws.coordinates()[place].name);
    return found;
  };
  EXPECT_EQ(names(0), (std::vector<std::string>{"effect.ec50", "effect.emax"}));
  EXPECT_EQ(names(1), (std::vector<std::string>{"severity"}));
  EXPECT_TRUE(names(2).empty());  // the first group has it
  EXPECT_EQ(names(3), (std::vector<std::string>{"trial.drift"}));
  EXPECT_EQ(factors[3].name, "everything else");
}

TEST(SobolStage, IsEmptyWhereNothingIsUncertain) {
  const SobolStage stage(toy({"none", "cells"}, {constant(0, 0), constant(1, 1)}, {1}),
                         evidence_of({parameter("effect.emax", 4)}), {{"size", {"effect.emax"}}}, 16, seed);
  EXPECT_EQ(stage.blocks(), 0);
  EXPECT_EQ(run(stage).rows(), 0U);
}

}  // namespace
}  // namespace vcohort
