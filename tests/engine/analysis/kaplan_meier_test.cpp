#include "engine/analysis/kaplan_meier.hpp"

#include "engine/analysis/analysis.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

/// summary(survfit(Surv(time, status) ~ arm), rmean = until)$table, and at times = until; see survival.R.
TEST(KaplanMeier, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("survival")) {
    auto columns = columns_of(test_case);
    columns.stratum.clear();
    const auto name = test_case["name"].get<std::string>();
    for (const auto& expected : test_case["curves"]) {
      const double until = expected["until"];
      std::array<SurvivalCurve, 2> curves;
      for (std::size_t a = 0; a < 2; ++a) {
        curves[a] = survival_curve(columns.view(), static_cast<int>(a), until, workspace);
        ASSERT_EQ(curves[a].failure, Failure::none) << name;
        expect_close(curves[a].area, expected["mean"][a], 1e-10, name);
        expect_close(std::sqrt(curves[a].area_variance), expected["mean_se"][a], 1e-10, name);
        expect_close(curves[a].survival, expected["survival"][a], 1e-10, name);
        expect_close(std::sqrt(curves[a].survival_variance), expected["survival_se"][a], 1e-10, name);
      }
      if (curves[0].area_variance + curves[1].area_variance == 0) continue;
      const auto mean = restricted_mean_difference(columns.view(), 1, until, {}, workspace);
      EXPECT_DOUBLE_EQ(mean.estimate, curves[1].area - curves[0].area);
      EXPECT_DOUBLE_EQ(mean.se, std::sqrt(curves[1].area_variance + curves[0].area_variance));
      const auto survival = survival_difference(columns.view(), 1, until, {}, workspace);
      EXPECT_DOUBLE_EQ(survival.estimate, curves[1].survival - curves[0].survival);
    }
  }
}

/// survRM2's rmst2() of the lung data up to 365 days: 55.97032434 (14.95812586).
TEST(RestrictedMean, OfLung) {
  Workspace workspace;
  auto columns = columns_of(oracle("survival").at(0));
  const auto estimate = restricted_mean_difference(columns.view(), 1, 365, {}, workspace);
  EXPECT_NEAR(estimate.estimate, 55.97032434, 5e-9);
  EXPECT_NEAR(estimate.se, 14.95812586, 5e-9);
}

/// Without censoring the restricted mean is a mean, its variance that of the mean but for n - 1.
TEST(RestrictedMean, WithoutCensoringIsAMean) {
  Workspace workspace;
  auto columns = times_of({0, 0, 0, 0, 1}, {1, 2, 4, 9, 1}, {1, 1, 1, 1, 1});
  const auto curve = survival_curve(columns.view(), 0, 5, workspace);
  EXPECT_DOUBLE_EQ(curve.area, (1 + 2 + 4 + 5) / 4.0);
  EXPECT_DOUBLE_EQ(curve.area_variance, (4.0 + 1 + 1 + 4) / 16);
  EXPECT_DOUBLE_EQ(curve.survival, 0.25);
  EXPECT_DOUBLE_EQ(curve.survival_variance, 0.25 * 0.75 / 4);
}

/// Known where the last patient has the event, unknown where the last one is censored before.
TEST(KaplanMeier, BeyondFollowUpIsAFailure) {
  Workspace workspace;
  auto censored = times_of({0, 0, 1, 1}, {1, 6, 2, 4}, {1, 0, 1, 0});
  auto died = times_of({0, 0, 1, 1}, {1, 6, 2, 4}, {1, 0, 1, 1});
  for (const auto method : {restricted_mean_difference, survival_difference}) {
    EXPECT_EQ(method(censored.view(), 1, 5, {}, workspace).failure, Failure::beyond_follow_up);
    EXPECT_EQ(method(censored.view(), 1, 4, {}, workspace).failure, Failure::none);
    EXPECT_EQ(method(died.view(), 1, 5, {}, workspace).failure, Failure::none);
    EXPECT_EQ(method(died.view(), 1, 7, {}, workspace).failure, Failure::beyond_follow_up);  // of the reference
  }
  EXPECT_EQ(survival_curve(died.view(), 1, 5, workspace).area, 3);  // (2 + 4) / 2, and nothing from 4 on
  EXPECT_STREQ(name_of(Failure::beyond_follow_up), "beyond follow-up");
}

TEST(KaplanMeier, FailuresAreTyped) {
  Workspace workspace;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto method : {restricted_mean_difference, survival_difference}) {
    const auto failure = [&](Columns columns, double until) {
      return method(columns.view(), 1, until, {}, workspace).failure;
    };
    EXPECT_EQ(failure(times_of({}, {}, {}), 1), Failure::empty_arm);
    EXPECT_EQ(failure(times_of({0, 0}, {1, 2}, {1, 1}), 1), Failure::empty_arm);
    EXPECT_EQ(failure(times_of({0, 1}, {1, infinity}, {1, 0}), 1), Failure::not_finite);
    EXPECT_EQ(failure(times_of({0, 1}, {3, 3}, {0, 0}), 2), Failure::no_events);
    EXPECT_EQ(failure(times_of({0, 1}, {3, 3}, {1, 1}), 2), Failure::no_events);  // later
    EXPECT_EQ(failure(times_of({0, 1}, {1, 1}, {1, 1}), 2), Failure::no_variation);
  }
}

/// One arm without an event has no variance, the other has.
TEST(KaplanMeier, OneArmWithoutEventsHasAnEstimate) {
  Workspace workspace;
  auto columns = times_of({0, 0, 1, 1}, {1, 3, 3, 3}, {1, 0, 0, 0});
  const auto estimate = survival_difference(columns.view(), 1, 2, {}, workspace);
  EXPECT_DOUBLE_EQ(estimate.estimate, 0.5);
  EXPECT_DOUBLE_EQ(estimate.se, std::sqrt(0.125));
}

/// Missing times and other arms are no patients; an event at the time counts, a censoring at an event is at risk.
TEST(KaplanMeier, TiesAndMissing) {
  Workspace workspace;
  auto columns = times_of({0, 0, 0, 0, 2, -1, 1}, {2, 2, 2, std::nan(""), 1, 1, 3}, {1, 0, 1, 1, 1, 1, 1});
  const auto curve = survival_curve(columns.view(), 0, 2, workspace);
  EXPECT_EQ(curve.patients, 3);
  EXPECT_DOUBLE_EQ(curve.survival, 1.0 / 3);
  EXPECT_EQ(curve.area, 2);
}

/// A later event is the better one, unless it is wished for.
TEST(KaplanMeier, LaterIsBetter) {
  auto columns = columns_of(oracle("survival").at(0));
  const Dataset data = columns.view();
  const Records records{.arm = data.arm, .time = data.time, .event = data.event};
  AnalysisPlan plan;
  plan.method = "rmst";
  plan.tau_months = 365;
  for (const bool unwanted : {true, false}) {
    Analysis analysis(plan, {.kind = OutcomeKind::survival, .lower_is_better = unwanted}, 0.025, 1);
    const Result result = analysis.run(records).front();
    EXPECT_EQ(result.favourable, unwanted);
    EXPECT_GT(result.estimate.estimate, 0);
  }
  plan.hypothesis = AnalysisPlan::Hypothesis::non_inferiority;
  plan.margin = 10;
  Analysis analysis(plan, {.kind = OutcomeKind::survival, .lower_is_better = true}, 0.025, 1);
  const Result result = analysis.run(records).front();
  EXPECT_NEAR(result.statistic, (55.97032434 + 10) / 14.95812586, 1e-8);
}

}  // namespace
}  // namespace vcohort::analysis
