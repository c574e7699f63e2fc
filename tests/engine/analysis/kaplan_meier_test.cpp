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

struct LogLogCase {
  std::array<double, 2> survival, lower, upper, plain_lower, plain_upper;
  double difference_lower, difference_upper, z, p;
};

/// survfit(Surv(time, status) ~ arm, conf.type = "log-log") and "plain" at `until`; the statistic of Klein and others,
/// and the interval of Zou and Donner, by hand from these.
void expect_log_log(Columns columns, double until, const LogLogCase& expected) {
  constexpr double printed = 1e-11;
  Workspace workspace;
  const double critical = workspace.critical_value(normal_df, 0.05);
  for (std::size_t arm = 0; arm < 2; ++arm) {
    const auto curve = survival_curve(columns.view(), static_cast<int>(arm), until, workspace);
    const auto limits = survival_limits(curve, AnalysisPlan::Limits::log_log, critical);
    const auto plain = survival_limits(curve, AnalysisPlan::Limits::plain, critical);
    EXPECT_NEAR(curve.survival, expected.survival[arm], printed);
    EXPECT_NEAR(limits.lower, expected.lower[arm], printed);
    EXPECT_NEAR(limits.upper, expected.upper[arm], printed);
    EXPECT_NEAR(plain.lower, expected.plain_lower[arm], printed);
    EXPECT_NEAR(plain.upper, expected.plain_upper[arm], printed);
  }
  const auto found = log_log_difference(columns.view(), 1, until, {}, workspace);
  EXPECT_DOUBLE_EQ(found.se, survival_difference(columns.view(), 1, until, {}, workspace).se);
  EXPECT_NEAR(found.lower, expected.difference_lower, printed);
  EXPECT_NEAR(found.upper, expected.difference_upper, printed);
  EXPECT_NEAR(found.statistic, expected.z, printed);
  EXPECT_NEAR(found.p, expected.p, printed);
}

TEST(KaplanMeier, LogLogAgreesWithR) {
  auto lung = columns_of(oracle("survival").at(0));
  lung.stratum.clear();
  expect_log_log(lung, 365,
                 {.survival = {0.336087834639, 0.526463030186},
                  .lower = {0.252729143328, 0.403579823267},
                  .upper = {0.421302168223, 0.635316232824},
                  .plain_lower = {0.250979164430, 0.409380947815},
                  .plain_upper = {0.421196504849, 0.643545112557},
                  .difference_lower = 0.040836688162,
                  .difference_upper = 0.327479867756,
                  .z = 2.491299650326,
                  .p = 0.0127276726676});
  const auto small = times_of({0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}, {1, 2, 2, 4, 5, 7, 8, 3, 4, 6, 6, 9, 10, 11},
                              {1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0});
  expect_log_log(small, 6,
                 {.survival = {0.357142857143, 0.514285714286},
                  .lower = {0.051976519457, 0.117759583917},
                  .upper = {0.698713031985, 0.813248607576},
                  .plain_lower = {0, 0.114709273277},
                  .plain_upper = {0.745079023419, 0.913862155295},
                  .difference_lower = -0.366214722727,
                  .difference_upper = 0.584349253655,
                  .z = 0.544328182046,
                  .p = 0.586215656999});
}

/// A curve that is 1, or 0, has no log-log: no limits, and no test.
TEST(KaplanMeier, LogLogOfACertainCurveIsAFailure) {
  Workspace workspace;
  auto columns = times_of({0, 0, 1, 1}, {1, 3, 3, 3}, {1, 0, 0, 0});
  EXPECT_EQ(log_log_difference(columns.view(), 1, 2, {}, workspace).failure, Failure::empty_cell);
  const auto curve = survival_curve(columns.view(), 1, 2, workspace);
  EXPECT_TRUE(std::isnan(survival_limits(curve, AnalysisPlan::Limits::log_log, 2).lower));
  EXPECT_EQ(survival_limits(curve, AnalysisPlan::Limits::plain, 2).upper, 1);
  auto nobody = times_of({0, 0}, {1, 2}, {1, 1});
  EXPECT_EQ(log_log_difference(nobody.view(), 1, 2, {}, workspace).failure, Failure::empty_arm);
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
