#include "engine/analysis/weighted_logrank.hpp"

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/logrank.hpp"
#include "engine/analysis/max_combo.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

using Weights = std::vector<FlemingHarrington>;

const Weights corners = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};

Weights weights_of(const nlohmann::json& rows) {
  Weights weights;
  for (const auto& row : rows) weights.push_back({row[0], row[1]});
  return weights;
}

/// tests/oracles/analysis/survival.R: sums over R's survfit, which agree with survdiff's rho.
TEST(FlemingHarrington, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("survival")) {
    auto columns = columns_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    const Weights weights = weights_of(test_case["weights"]);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double excess = test_case["excess"][k], information = test_case["information"][k],
                   variance = test_case["covariance"][k][k];
      const auto estimate = fleming_harrington(columns.view(), 1, weights[k], {}, workspace);
      ASSERT_TRUE(estimate.ok()) << name;
      expect_close(estimate.estimate, excess / information, 1e-10, name);
      expect_close(estimate.se, std::sqrt(variance) / information, 1e-10, name);
      expect_close(estimate.statistic, excess / std::sqrt(variance), 1e-10, name);
    }
    const WeightedSums sums = weighted_sums(columns.view(), 1, corners, workspace);
    for (std::size_t a = 0; a < 4; ++a)
      for (std::size_t b = 0; b < 4; ++b)
        expect_close(sums.covariance[a][b], test_case["covariance"][a][b], 1e-10, name);
    EXPECT_NEAR(sums.excess[0], sums.excess[1] + sums.excess[2], 1e-10) << name;
  }
}

/// survdiff(Surv(time, status) ~ sex + strata(ph.ecog), lung, rho = 0.5), and others of log_rank.json with a weight.
TEST(FlemingHarrington, AgreesWithSurvdiffsRho) {
  Workspace workspace;
  int weighted = 0;
  for (const auto& test_case : oracle("log_rank")) {
    auto columns = columns_of(test_case);
    if (!test_case["stratified"]) columns.stratum.clear();
    const double rho = test_case["rho"];
    weighted += rho > 0;
    const auto estimate = fleming_harrington(columns.view(), 1, {rho, 0}, {}, workspace);
    const auto name = test_case["name"].get<std::string>();
    expect_close(estimate.statistic * estimate.statistic, test_case["chi_square"], 1e-10, name);
    expect_close(estimate.p, test_case["p"], 1e-8, name);
  }
  EXPECT_EQ(weighted, 2);
}

TEST(FlemingHarrington, WithoutAWeightIsTheLogRankTest) {
  Workspace workspace;
  for (const auto& test_case : oracle("survival")) {
    auto columns = columns_of(test_case);
    const auto plain = log_rank(columns.view(), 1, {}, workspace);
    const auto weighted = fleming_harrington(columns.view(), 1, {}, {}, workspace);
    EXPECT_EQ(weighted.estimate, plain.estimate);
    EXPECT_DOUBLE_EQ(weighted.se, plain.se);
  }
}

/// Four patients, events at 1 (active), 2 (reference), 3 (active): S before them is 1, 3/4, 1/2. O - E = 1/2, -1/3, 1/2
/// and v = 1/4, 2/9, 1/4.
TEST(FlemingHarrington, ByHand) {
  Workspace workspace;
  auto columns = times_of({1, 0, 1, 0}, {1, 2, 3, 4}, {1, 1, 1, 0});
  const auto late = fleming_harrington(columns.view(), 1, {0, 1}, {}, workspace);
  const double excess = -0.25 / 3 + 0.25, information = 0.25 * 2 / 9 + 0.125, variance = 2.0 / 9 / 16 + 1.0 / 16;
  EXPECT_NEAR(late.estimate, excess / information, 1e-14);
  EXPECT_NEAR(late.statistic, excess / std::sqrt(variance), 1e-14);
}

TEST(FlemingHarrington, FailuresAreTyped) {
  Workspace workspace;
  const auto failure = [&](Columns columns) {
    return fleming_harrington(columns.view(), 1, {0, 1}, {}, workspace).failure;
  };
  EXPECT_EQ(failure(times_of({}, {}, {})), Failure::empty_arm);
  EXPECT_EQ(failure(times_of({1, 1}, {1, 2}, {1, 1})), Failure::empty_arm);
  EXPECT_EQ(failure(times_of({0, 0, 1}, {1, 2, std::numeric_limits<double>::infinity()}, {1, 1, 0})),
            Failure::not_finite);
}

/// Nobody has the event; all events at the first event time, before which nobody has died.
TEST(FlemingHarrington, WithoutAComparisonSaysNothing) {
  Workspace workspace;
  for (auto columns :
       {times_of({0, 0, 1, 1}, {1, 2, 3, 4}, {0, 0, 0, 0}), times_of({0, 0, 1, 1}, {1, 2, 1, 4}, {1, 0, 1, 0})}) {
    const auto estimate = fleming_harrington(columns.view(), 1, {0, 1}, {}, workspace);
    ASSERT_TRUE(estimate.ok());
    EXPECT_EQ(estimate.statistic, 0);
    EXPECT_EQ(estimate.p, 1);
    EXPECT_TRUE(std::isnan(estimate.estimate));
  }
}

/// A stratum in which one arm has nobody adds nothing.
TEST(FlemingHarrington, AStratumOfOneArmAddsNothing) {
  Workspace workspace;
  auto columns = columns_of(oracle("survival").at(3));
  auto more = columns;
  more.stratum.assign(more.arm.size(), 0);
  more.strata = 3;  // one of which is empty
  const auto before = fleming_harrington(more.view(), 1, {1, 1}, {}, workspace);
  for (const double t : {1.5, 2.5, 3.5}) {
    more.arm.push_back(1);
    more.time.push_back(t);
    more.event.push_back(1);
    more.stratum.push_back(2);
  }
  const auto after = fleming_harrington(more.view(), 1, {1, 1}, {}, workspace);
  EXPECT_EQ(after.statistic, before.statistic);
  EXPECT_EQ(after.patients, before.patients + 3);
}

/// Each contrast of three arms is that of its two arms alone.
TEST(FlemingHarrington, ContrastsOfThreeArmsKnowTheirOwnTwo) {
  Workspace workspace;
  auto two = columns_of(oracle("survival").at(0));
  auto three = two;
  three.arms = 3;
  for (std::size_t i = 0; i < 60; ++i) {
    three.arm.push_back(2);
    three.time.push_back(10.0 * static_cast<double>(i));
    three.event.push_back(i % 3 != 0);
  }
  Options options;
  options.weights = {{0.5, 0.5}};
  std::vector<Estimate> contrasts(2);
  fit_fleming_harrington(three.view(), options, {}, workspace, contrasts);
  EXPECT_EQ(contrasts[0].statistic, fleming_harrington(two.view(), 1, {0.5, 0.5}, {}, workspace).statistic);
  EXPECT_NE(contrasts[1].statistic, contrasts[0].statistic);
}

/// p by mvtnorm: Miwa's method where the correlations are regular, GenzBretz with 25 million points where they are not.
TEST(MaxCombo, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("survival")) {
    auto columns = columns_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    const Weights all = weights_of(test_case["weights"]);
    for (const auto& expected : test_case["max_combo"]) {
      Weights weights;
      for (const auto& k : expected["weights"]) weights.push_back(all[k.get<std::size_t>()]);
      const auto with = [&](double toward) {
        return max_combo(columns.view(), 1, weights, {.toward = toward}, workspace);
      };
      const auto expect_p = [&](double p, const char* key) {
        const double of_r = expected[key];
        const double tolerance = expected["exact"] == 1 ? 1e-9 + 1e-6 * of_r : 1e-7 + 3e-5 * of_r * (1 - of_r);
        EXPECT_NEAR(p, of_r, tolerance) << name << " " << key << " " << weights.size();
      };
      expect_p(with(0).p, "two_sided");
      expect_p(with(1).p_greater, "greater");
      expect_p(with(-1).p_less, "less");
    }
  }
}

/// The lung data: 0.00049200, 0.00098400; of (0,0) and (0,1) 0.00110994, 0.00221988.
TEST(MaxCombo, OfLung) {
  Workspace workspace;
  auto columns = columns_of(oracle("survival").at(0));
  EXPECT_NEAR(max_combo(columns.view(), 1, corners, {.toward = -1}, workspace).p_less, 0.00049200, 5e-9);
  const auto both = max_combo(columns.view(), 1, corners, {}, workspace);
  EXPECT_NEAR(both.p, 0.00098400, 5e-9);
  EXPECT_EQ(both.chosen, 2);
  EXPECT_NEAR(both.statistic, -3.56569087, 5e-9);
  const auto alone = fleming_harrington(columns.view(), 1, {1, 0}, {}, workspace);
  EXPECT_EQ(both.estimate, alone.estimate);
  EXPECT_EQ(both.upper, alone.upper);
  const Weights two = {{0, 0}, {0, 1}};
  EXPECT_NEAR(max_combo(columns.view(), 1, two, {.toward = -1}, workspace).p_less, 0.00110994, 5e-9);
  EXPECT_NEAR(max_combo(columns.view(), 1, two, {}, workspace).p, 0.00221988, 5e-9);
}

/// A test of one side takes the largest in its direction, whatever the size of the others.
TEST(MaxCombo, OneSideLooksInItsDirection) {
  Workspace workspace;
  // The active arm has its events first and then none: early harm, late benefit.
  auto columns = times_of({1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9},
                          {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0});
  const Weights weights = {{1, 0}, {0, 1}};
  const auto less = max_combo(columns.view(), 1, weights, {.toward = -1}, workspace);
  const auto greater = max_combo(columns.view(), 1, weights, {.toward = 1}, workspace);
  EXPECT_EQ(less.chosen, 1);
  EXPECT_EQ(greater.chosen, 0);
  EXPECT_LT(less.statistic, greater.statistic);
  EXPECT_LT(less.p_less, 0.5);
  EXPECT_TRUE(std::isnan(less.p_greater));
  const Hypothesis benefit{.sides = 1, .alpha = 0.4, .better = Better::lower};
  const Decision decision = decide(less, benefit, workspace);
  EXPECT_EQ(decision.p, less.p_less);
  EXPECT_TRUE(decision.favourable);
}

TEST(MaxCombo, DecidesByItsOwnPInTheDirectionOfTheLargest) {
  Workspace workspace;
  auto columns = columns_of(oracle("survival").at(0));
  const auto estimate = max_combo(columns.view(), 1, corners, {}, workspace);
  for (const Better better : {Better::lower, Better::higher}) {
    const Decision decision = decide(estimate, {.better = better}, workspace);
    EXPECT_EQ(decision.p, estimate.p);
    EXPECT_TRUE(decision.rejected);
    EXPECT_EQ(decision.favourable, better == Better::lower);
  }
  EXPECT_TRUE(std::isnan(standing(estimate, {}).benefit));  // nothing that a look could compare
}

/// A study's test of one side looks for fewer events, or for more where the event is the wish.
TEST(MaxCombo, LooksWhereTheStudyHopes) {
  auto columns = columns_of(oracle("survival").at(0));
  const Dataset data = columns.view();
  const Records records{.arm = data.arm, .time = data.time, .event = data.event};
  AnalysisPlan plan;
  plan.method = "max-combo";
  plan.weights = corners;
  const auto p = [&](bool lower_is_better) {
    Analysis analysis(plan, {.kind = OutcomeKind::survival, .lower_is_better = lower_is_better}, 0.025, 1);
    return analysis.run(records).front().p;
  };
  EXPECT_NEAR(p(true), 0.00049200, 5e-9);
  EXPECT_NEAR(p(false), 0.993021673465776, 1e-6);  // mvtnorm
}

/// Weights that no event time has are left out; those that cannot be told apart count once.
TEST(MaxCombo, LeavesOutWhatDoesNotCount) {
  Workspace workspace;
  auto columns = times_of({0, 0, 0, 1, 1, 1}, {1, 1, 2, 2, 2, 2}, {1, 1, 0, 0, 0, 0});
  const auto estimate = max_combo(columns.view(), 1, corners, {}, workspace);
  EXPECT_EQ(estimate.chosen, 0);
  EXPECT_NEAR(estimate.p, log_rank(columns.view(), 1, {}, workspace).p, 1e-12);
  auto nobody = times_of({0, 0, 1, 1}, {1, 2, 3, 4}, {0, 0, 0, 0});
  const auto nothing = max_combo(nobody.view(), 1, corners, {}, workspace);
  EXPECT_EQ(nothing.p, 1);
  EXPECT_EQ(nothing.chosen, -1);
  EXPECT_EQ(max_combo(Columns().view(), 1, corners, {}, workspace).failure, Failure::empty_arm);
}

}  // namespace
}  // namespace vcohort::analysis
