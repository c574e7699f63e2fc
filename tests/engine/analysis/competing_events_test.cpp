#include "engine/analysis/competing_events.hpp"

#include "engine/analysis/kaplan_meier.hpp"
#include "engine/analysis/logrank.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

/// Status 1 is the event, 2 another one, 0 the end of observation.
struct Competing {
  Columns columns;
  std::vector<std::uint8_t> competed;

  Competing(Columns of, const std::vector<int>& status) : columns(std::move(of)) {
    columns.event.clear();
    for (const int code : status) {
      columns.event.push_back(code == 1);
      competed.push_back(code == 2);
    }
  }
  Dataset view() {
    Dataset data = columns.view();
    data.competed = competed;
    return data;
  }
};

Competing competing_of(const nlohmann::json& test_case) {
  return {columns_of(test_case), codes(test_case["data"]["status"])};
}

Competing competing_of(std::vector<int> arm, std::vector<double> time, const std::vector<int>& status) {
  return {times_of(std::move(arm), std::move(time), {}), status};
}

/// cmprsk's cuminc() and survfit() of several states; see competing.R.
TEST(CompetingEvents, AgreeWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("competing")) {
    Competing data = competing_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    expect_matches(gray_test(data.view(), 1, {}, workspace), test_case["gray"], 1e-9, name);
    data.columns.stratum.clear();
    data.columns.strata = 1;
    for (const auto& expected : test_case["incidence"]) {
      const double until = expected["until"];
      std::array<IncidenceCurve, 2> curves;
      for (std::size_t a = 0; a < 2; ++a) {
        curves[a] = incidence_curve(data.view(), static_cast<int>(a), until, workspace);
        ASSERT_EQ(curves[a].failure, Failure::none) << name;
        expect_close(curves[a].incidence, expected["incidence"][a], 1e-10, name);
        expect_close(std::sqrt(curves[a].variance), expected["se"][a], 1e-10, name);
      }
      const Estimate difference = incidence_difference(data.view(), 1, until, {}, workspace);
      EXPECT_DOUBLE_EQ(difference.estimate, curves[1].incidence - curves[0].incidence);
      EXPECT_DOUBLE_EQ(difference.se, std::sqrt(curves[1].variance + curves[0].variance));
    }
  }
}

/// Where nothing competes the incidence is what Kaplan and Meier's curve has lost, with Greenwood's variance.
TEST(CompetingEvents, AloneAreKaplanMeier) {
  Workspace workspace;
  for (const auto& test_case : oracle("survival")) {
    auto columns = columns_of(test_case);
    for (const auto& expected : test_case["curves"]) {
      const double until = expected["until"];
      for (const int arm : {0, 1}) {
        const IncidenceCurve incidence = incidence_curve(columns.view(), arm, until, workspace);
        const SurvivalCurve survival = survival_curve(columns.view(), arm, until, workspace);
        EXPECT_NEAR(incidence.incidence, 1 - survival.survival, 1e-13);
        EXPECT_NEAR(incidence.variance, survival.survival_variance, 1e-13);
        EXPECT_EQ(incidence.events, survival.events);
      }
    }
  }
}

/// Without censoring the incidence is a share with its binomial variance, whatever competes and however it ties.
TEST(CompetingEvents, WithoutCensoringAreShares) {
  Workspace workspace;
  Competing data = competing_of({0, 0, 0, 0, 0, 1}, {1, 1, 2, 2, 3, 1}, {1, 2, 1, 2, 1, 1});
  const IncidenceCurve curve = incidence_curve(data.view(), 0, 2, workspace);
  EXPECT_DOUBLE_EQ(curve.incidence, 0.4);
  EXPECT_NEAR(curve.variance, 0.4 * 0.6 / 5, 1e-16);
  EXPECT_EQ(curve.events, 2);
}

/// Arms that change places change the sign of the statistic.
TEST(CompetingEvents, AreSymmetric) {
  Workspace workspace;
  Competing data = competing_of(oracle("competing").at(2));
  const Estimate there = gray_test(data.view(), 1, {}, workspace);
  for (int& arm : data.columns.arm) arm = 1 - arm;
  const Estimate back = gray_test(data.view(), 1, {}, workspace);
  EXPECT_NEAR(there.statistic, -back.statistic, 1e-12);
  EXPECT_NEAR(there.estimate, -back.estimate, 1e-12);
}

/// In the cause-specific log-rank test the other event is a censoring; Gray's keeps its patients at risk.
TEST(CompetingEvents, StayAtRiskForGray) {
  Workspace workspace;
  // Only deaths differ: the cause-specific hazards are those of the others.
  Competing data = competing_of({1, 1, 1, 1, 0, 0, 0, 0}, {1, 2, 5, 6, 4, 5, 7, 8}, {2, 2, 1, 0, 1, 1, 0, 0});
  const Estimate gray = gray_test(data.view(), 1, {}, workspace), cause = log_rank(data.view(), 1, {}, workspace);
  EXPECT_LT(gray.estimate, 0) << "fewer ever have the event";
  EXPECT_GT(cause.estimate, gray.estimate);
}

TEST(CompetingEvents, FailuresAreTyped) {
  Workspace workspace;
  const double infinity = std::numeric_limits<double>::infinity();
  const auto failures = [&](Competing data, double until) {
    return std::pair(gray_test(data.view(), 1, {}, workspace).failure,
                     incidence_difference(data.view(), 1, until, {}, workspace).failure);
  };
  using Pair = std::pair<Failure, Failure>;
  EXPECT_EQ(failures(competing_of({}, {}, {}), 1), Pair(Failure::empty_arm, Failure::empty_arm));
  EXPECT_EQ(failures(competing_of({0, 0}, {1, 2}, {1, 2}), 1), Pair(Failure::empty_arm, Failure::empty_arm));
  EXPECT_EQ(failures(competing_of({0, 1}, {1, infinity}, {1, 2}), 1), Pair(Failure::not_finite, Failure::not_finite));
  EXPECT_EQ(failures(competing_of({0, 0, 1, 1}, {1, 2, 1, 2}, {2, 2, 2, 0}), 1),
            Pair(Failure::none, Failure::no_events));
  EXPECT_EQ(failures(competing_of({0, 0, 1, 1}, {1, 3, 2, 2.5}, {1, 0, 2, 0}), 4).second, Failure::beyond_follow_up);
  EXPECT_EQ(failures(competing_of({0, 0, 1, 1}, {1, 3, 2, 2.5}, {1, 2, 2, 1}), 4).second, Failure::none);
  Competing nobody = competing_of({0, 0, 1, 1}, {1, 2, 1, 2}, {2, 2, 2, 0});
  EXPECT_EQ(gray_test(nobody.view(), 1, {}, workspace).p, 1);
  Competing unknown = competing_of({0, 0, 1, 1, -1, 1}, {1, 2, 1, 2, 1, std::nan("")}, {1, 2, 2, 1, 1, 1});
  EXPECT_EQ(gray_test(unknown.view(), 1, {}, workspace).patients, 4);
}

}  // namespace
}  // namespace vcohort::analysis
