#include "engine/analysis/cox.hpp"
#include "engine/analysis/proportional_odds.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

using Firth = AnalysisPlan::Firth;

Estimate fit(Fit* method, Columns& columns, Firth firth, double margin = 0) {
  Workspace workspace;
  Options options;
  options.firth = firth;
  std::vector<Estimate> contrasts(static_cast<std::size_t>(columns.arms) - 1);
  method(columns.view(), options, {.margin = margin}, workspace, contrasts);
  return contrasts.front();
}

Fit* method_of(const nlohmann::json& test_case) {
  return test_case["model"] == "cox" ? fit_cox : fit_proportional_odds;
}

TEST(PenalisedLikelihood, AgreesWithR) {
  for (const auto& test_case : oracle("firth")) {
    auto columns = columns_of(test_case);
    const auto expected = test_case["contrasts"][0];
    const double margin = expected["null"];
    const auto estimate = fit(method_of(test_case), columns, Firth::always, margin);
    // The oracle looks for a maximum without derivatives, which leaves half of the digits; not so its height.
    auto of_height = expected;
    for (const char* key : {"estimate", "se"}) of_height.erase(key);
    expect_matches(estimate, of_height, 1e-8, test_case["name"]);
    expect_close(estimate.at_margin, expected["at_null"], 1e-8, test_case["name"]);
    expect_matches(estimate, expected, 1e-7, test_case["name"]);
    if (test_case.contains("printed"))
      expect_matches(estimate, test_case["printed"], 1e-6, "logistf, coxphf or by hand");
    EXPECT_EQ(estimate.reference, Reference::score);
    EXPECT_FALSE(estimate.fallback);
  }
}

TEST(PenalisedLikelihood, IsAFallbackOnlyWhereTheStudySaysSo) {
  for (const auto& test_case : oracle("firth")) {
    auto columns = columns_of(test_case);
    const auto method = method_of(test_case);
    EXPECT_EQ(fit(method, columns, Firth::never).failure, Failure::separation) << test_case["name"];
    const auto always = fit(method, columns, Firth::always), fallback = fit(method, columns, Firth::fallback);
    EXPECT_TRUE(fallback.fallback);
    EXPECT_EQ(fallback.estimate, always.estimate);
    EXPECT_EQ(fallback.lower, always.lower);
  }
}

TEST(PenalisedLikelihood, IsNotAskedWhereTheLikelihoodHasAMaximum) {
  for (Fit* method : {fit_cox, fit_proportional_odds}) {
    auto columns = columns_of(oracle(method == fit_cox ? "cox" : "proportional_odds").at(1));
    const auto plain = fit(method, columns, Firth::never), fallback = fit(method, columns, Firth::fallback);
    EXPECT_EQ(fallback.estimate, plain.estimate);
    EXPECT_EQ(fallback.se, plain.se);
    EXPECT_FALSE(fallback.fallback);
    // The penalty counts for less as patients become more.
    EXPECT_NEAR(fit(method, columns, Firth::always).estimate, plain.estimate, 0.2 * plain.se);
  }
}

TEST(PenalisedLikelihood, HasNoAnswerToDataThatSayNothing) {
  Columns constant;
  constant.arm = {0, 0, 1, 1};
  constant.outcome = {1, 1, 1, 1};
  EXPECT_EQ(fit(fit_proportional_odds, constant, Firth::always).failure, Failure::no_variation);
  constant.time = {1, 2, 3, 4};
  constant.event = {0, 0, 0, 0};
  EXPECT_EQ(fit(fit_cox, constant, Firth::always).failure, Failure::no_events);
}

TEST(PenalisedLikelihood, SwappingTheArmsFlipsTheSign) {
  for (const auto& test_case : oracle("firth")) {
    auto columns = columns_of(test_case);
    const auto method = method_of(test_case);
    const auto plain = fit(method, columns, Firth::always);
    for (int& arm : columns.arm) arm = 1 - arm;
    const auto swapped = fit(method, columns, Firth::always);
    const std::string name = test_case["name"];
    expect_close(swapped.estimate, -plain.estimate, 1e-8, name);
    expect_close(swapped.statistic, -plain.statistic, 1e-8, name);
    expect_close(swapped.lower, -plain.upper, 1e-8, name);
  }
}

}  // namespace
}  // namespace vcohort::analysis
