#include "engine/trial/expected_events.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/data_model/stated_effects.hpp"
#include "tests/engine/data_model/event_law.hpp"
#include "tests/engine/trial/looks.hpp"

namespace vcohort::test {
namespace {

using DataArm = DataModel::DataArm;
using Pieces = std::vector<Accrual::Piece>;

constexpr double half_in_12 = 0.69314718055994530942 / 12;

/// What of a trial its events depend on; patients of control to those of treatment 1 : ratio.
struct Design {
  DataArm control, treatment;
  Pieces accrual;
  std::int64_t patients;
  double lost_per_month = 0;
  int ratio = 1;
  double follow_up = 500;

  Study study(std::int64_t replicates = 1) const {
    Study study = two_arms("logrank", patients, replicates);
    study.data_model->kind = OutcomeKind::survival;
    study.data_model->visits_months.clear();
    study.data_model->follow_up_months = follow_up;
    study.data_model->arms = {control, treatment};
    study.trial->arms[1].ratio = ratio;
    study.trial->accrual.pieces = accrual;
    study.trial->analyses.front().visit_months = 0;
    if (lost_per_month > 0) study.trial->dropout.emplace().per_month = lost_per_month;
    return study;
  }

  ExpectedEvents events() const {
    const Study whole = study();
    return {*whole.data_model, *whole.trial, patients};
  }
};

void expect_close(double found, double expected) {
  // The oracles are printed to 6 decimals, their relative errors are below 1e-6.
  EXPECT_NEAR(found, expected, 1e-6 * expected) << found;
}

DataArm times(const DataArm& reference, const std::vector<double>& ratio, const std::vector<double>& from = {0}) {
  DataArm arm = reference;
  multiply_hazard(reference, ratio, from, arm);
  return arm;
}

/// rpact 3.3.4 (getEventProbabilities, getPowerSurvival) and the integral over accrual, worked out independently.
TEST(ExpectedEvents, AreThoseOfOtherPrograms) {
  const DataArm control = arm_of({half_in_12});
  const Design plain = {control, times(control, {0.7}), {{0, 25}}, 300, hazard_by_yearly_share(0.05)};
  const ExpectedEvents events = plain.events();
  expect_close(events.of_all(12), 71.838750);
  expect_close(events.of_all(24), 167.141106);
  expect_close(events.of_all(36), 217.195875);
  expect_close(*events.months_until(150), 21.188088);
  // Of each arm: R, getEventProbabilities(...)$eventProbabilities1 and 2, times 150.
  expect_close(events.of_arm(0, 24), 0.619196006057 * 150);
  expect_close(events.of_arm(1, 24), 0.495078031691 * 150);

  const ExpectedEvents complete = Design{control, times(control, {0.7}), {{0, 25}}, 300}.events();
  expect_close(complete.of_all(24), 172.740984);
  expect_close(*complete.months_until(200), 29.062512);

  const DataArm ten = arm_of({half_in_12 * 1.2});
  const ExpectedEvents ramp =
      Design{ten, times(ten, {0.65}), {{0, 5}, {3, 10}, {9, 20}}, 315, hazard_by_yearly_share(0.10)}.events();
  expect_close(ramp.of_all(12), 27.896025);
  expect_close(ramp.of_all(21), 105.269153);
  expect_close(ramp.of_all(30), 178.677476);
  expect_close(*ramp.months_until(100), 20.510662);
}

TEST(ExpectedEvents, OfHazardsInPieces) {
  const DataArm fourteen = arm_of({half_in_12 * 12 / 14});
  const ExpectedEvents delayed = Design{fourteen, times(fourteen, {1, 0.6}, {0, 4}), {{0, 30}}, 540, 0.01}.events();
  expect_close(delayed.of_all(18), 158.115000);
  expect_close(delayed.of_all(36), 318.947150);
  expect_close(*delayed.months_until(300), 32.768568);

  const ExpectedEvents two_to_one =
      Design{arm_of({0.05}), arm_of({0.06, 0.03, 0.04}, {0, 3, 12}), {{0, 10}, {6, 25}}, 410, 0.005, 2}.events();
  expect_close(two_to_one.of_arm(0, 20), 43.106925);
  expect_close(two_to_one.of_arm(1, 20), 74.789729);
  expect_close(*two_to_one.months_until(200), 28.896476);

  const DataArm falling = arm_of({0.08, 0.04}, {0, 6});
  const ExpectedEvents late =
      Design{falling, times(falling, {0.7}), {{0, 15}}, 360, hazard_by_yearly_share(0.08)}.events();
  expect_close(late.of_all(24), 145.395867);
  expect_close(late.of_arm(0, 36), 117.144044);
  expect_close(*late.months_until(180), 28.840328);

  // R: getEventProbabilities(time = c(9, 15, 40), accrualTime = c(0, 6, 14), accrualIntensity = c(7, 13),
  //   piecewiseSurvivalTime = c(0, 5, 10), lambda2 = c(.03, .07, .02), hazardRatio = .8, dropoutRate1 = .1,
  //   dropoutRate2 = .1, dropoutTime = 12), times 146 / 2.
  const DataArm humped = arm_of({0.03, 0.07, 0.02}, {0, 5, 10});
  const ExpectedEvents three =
      Design{humped, times(humped, {0.8}), {{0, 7}, {6, 13}}, 146, hazard_by_yearly_share(0.1)}.events();
  const double control[] = {4.98781789853, 16.7045292981, 40.48588369};
  const double treatment[] = {4.08117116791, 13.8585263933, 34.9928724533};
  const double months[] = {9, 15, 40};
  for (int k = 0; k < 3; ++k) {
    expect_close(three.of_arm(0, months[k]), control[k]);
    expect_close(three.of_arm(1, months[k]), treatment[k]);
  }
}

/// R: getEventProbabilities(time = c(6, 18, 30), accrualTime = c(0, 5, 15), accrualIntensity = c(4, 16), lambda2 =
/// log(2)^(1 / 1.4) / 15, hazardRatio = .6, kappa = 1.4, allocationRatioPlanned = 2), times 60 and 120.
TEST(ExpectedEvents, OfWeibullTimes) {
  const DataArm control = arm_of({hazard_by_survival(0.5, 15, 1.4)}, {0}, 1.4);
  const ExpectedEvents events = Design{control, times(control, {0.6}), {{0, 4}, {5, 16}}, 180, 0, 2}.events();
  const double months[] = {6, 18, 30};
  const double of_control[] = {0.629419867827, 16.77403197, 39.4649878346};
  const double of_treatment[] = {0.772691210255, 21.8442812831, 57.445555883};
  for (int k = 0; k < 3; ++k) {
    expect_close(events.of_arm(0, months[k]), of_control[k]);
    expect_close(events.of_arm(1, months[k]), of_treatment[k]);
  }
}

/// R's integrate (rel.tol 1e-11) of f(x) G(x) L(t - x): 20 % and 35 % cured, 0.1 lost by month 12 and 0.25 by 24,
/// followed for 36 months; and a shape of 0.7 with drop-out at 0.01 a month.
TEST(ExpectedEvents, OfCuredPatientsAndSharesLost) {
  const double hazard = hazard_by_survival(0.5, 12, 1.3);
  Design design = {
      arm_of({hazard}, {0}, 1.3, 0.2), arm_of({hazard, hazard / 2}, {0, 5}, 1.3, 0.35), {{0, 5}, {4, 15}}, 200};
  design.follow_up = 36;
  Study study = design.study();
  study.trial->dropout = Dropout{.months = {12, 24}, .share = {0.1, 0.25}, .arm_odds_ratio = {}};
  const ExpectedEvents events(*study.data_model, *study.trial, 200);
  const double months[] = {7, 16, 31, 90};
  const double control[] = {2.40850816217, 21.2491795611, 55.7701518302, 66.6951587027};
  const double treatment[] = {1.88705206363, 14.0188953438, 33.9539322247, 44.5976665339};
  for (int k = 0; k < 4; ++k) {
    expect_close(events.of_arm(0, months[k]), control[k]);
    expect_close(events.of_arm(1, months[k]), treatment[k]);
  }
  EXPECT_FALSE(events.months_until(112)) << "more than ever come";
  EXPECT_NEAR(events.of_all(*events.months_until(111)), 111, 1e-9);
  EXPECT_EQ(events.of_all(0), 0);

  design.control = design.treatment = arm_of({hazard_by_survival(0.5, 10, 0.7)}, {0}, 0.7, 0.1);
  design.lost_per_month = 0.01;
  expect_close(design.events().of_arm(0, 7), 6.22150630649);
  expect_close(design.events().of_arm(1, 31), 58.3067686365);
}

/// Without accrual all are there from the first day: n (1 - S(t)) / 2 in each arm.
TEST(ExpectedEvents, OfPatientsWhoComeAtOnce) {
  const Design design = {arm_of({0.05}), arm_of({0.05}), {}, 100};
  EXPECT_NEAR(design.events().of_arm(0, 9), 50 * (1 - std::exp(-0.45)), 1e-10);
  EXPECT_EQ(design.events().randomised(3), 100);
}

/// Poisson accrual comes evenly, so that simulated trials have the expected events while patients still come.
TEST(ExpectedEvents, AreSimulated) {
  const double hazard = hazard_by_survival(0.5, 12, 1.3);
  constexpr std::int64_t replicates = 1'500;
  Design design = {arm_of({hazard}, {0}, 1.3, 0.2),
                   times(arm_of({hazard}, {0}, 1.3, 0.2), {1, 0.5}, {0, 5}),
                   {{0, 5}, {4, 15}},
                   600,
                   0.01};
  design.treatment.cured = 0.35;
  design.follow_up = 36;
  Study study = design.study(replicates);
  study.trial->accrual.kind = Accrual::Kind::poisson;
  for (const double months : {12.0, 24.0, 36.0}) {
    study.trial->final = FinalAnalysis{.months = months};
    const Tables found = tables_of(study);
    EXPECT_NEAR(number(found.operating, "events"), design.events().of_all(months),
                mcse_allowed * number(found.operating, "events_mcse"));
  }
  // Patient i comes when i are expected: half a patient's events less.
  study.trial->accrual.kind = Accrual::Kind::constant;
  study.trial->final = FinalAnalysis{.months = 36};
  const Tables found = tables_of(study);
  EXPECT_NEAR(number(found.operating, "events"), design.events().of_all(36),
              0.5 + mcse_allowed * number(found.operating, "events_mcse"));
}

}  // namespace
}  // namespace vcohort::test
