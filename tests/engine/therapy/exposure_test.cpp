#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Schedules, exposure by category, and the bounded effect. Whole cases stand in the oracle (tests/engine/outcome).
namespace vcohort {
namespace {

using namespace test;

constexpr double tolerance = 1e-12;  // a handful of roundings

TEST(Exposure, InfusionsOfSeveralCourses) {
  Regimen regimen;
  regimen.infusions = 3;
  regimen.interval_days = 7;
  regimen.courses = 2;
  regimen.course_interval_days = 180;
  const std::vector<double> days = {0, 7, 14, 180, 187, 194};
  const std::vector<double> months = infusion_months(regimen);
  ASSERT_EQ(months.size(), days.size());
  for (std::size_t j = 0; j < days.size(); ++j) EXPECT_DOUBLE_EQ(months[j], days[j] * 12 / 365.25);
}

/// C(t) by its definition, with infusions after a change worth `after` and the child's immune factor.
double concentration(const TherapyParameters& p, const TherapyPlan& plan, double t, int before_change, double after,
                     double immune) {
  double sum = 0;
  for (std::size_t j = 0; j < plan.infusion_months().size(); ++j) {
    const double since = t - plan.infusion_months()[j];
    if (since <= 0) continue;
    const double given = static_cast<int>(j) < before_change ? 1.0 : after;
    sum += given * immune * plan.exposure_of_infusion(static_cast<int>(j)) *
           (1 - std::exp(-since / p.onset_months[0])) * std::exp(-since / p.waning_months[0]);
  }
  return sum;
}

/// What is due on the day itself is not given before it.
TEST(Exposure, InfusionsBeforeADay) {
  const Regimen regimen = cells(Cell::msc, Route::intrathecal, 4, 30).regimen;
  const std::vector<double> months = infusion_months(regimen);
  EXPECT_EQ(regimen_before(regimen, months[2])->infusions, 2);
  EXPECT_EQ(regimen_before(regimen, months[2] + 1e-9)->infusions, 3);
  EXPECT_EQ(regimen_before(regimen, 0)->infusions, 0);
}

TEST(Exposure, OfEveryCategory) {
  const TherapyParameters p(values_of("published"));
  const Visit visits[] = {{0.4, 12}, {6, 183}};
  for (auto tolerance_rule : {Regimen::Tolerance::ignore, Regimen::Tolerance::stop, Regimen::Tolerance::halve}) {
    Strategy strategy = cells(Cell::msc, Route::intravenous, 4);
    strategy.regimen.tolerance = tolerance_rule;
    const TherapyPlan plan(strategy, p, visits);
    const bool can_change = tolerance_rule != Regimen::Tolerance::ignore;
    const double after = tolerance_rule == Regimen::Tolerance::halve ? std::pow(0.5, p.concavity) : 0.0;
    EXPECT_EQ(plan.categories().size(), can_change ? 10 : 2);
    for (std::size_t v = 0; v < std::size(visits); ++v)
      for (bool suppressed : {false, true})
        for (int before = can_change ? 0 : 4; before <= 4; ++before) {
          const double c = concentration(p, plan, visits[v].months, before, after, suppressed ? 0.7 : 1.0);
          const Saturation found = plan.saturation(
              Domain::gross_motor, v)[static_cast<std::size_t>(plan.categories().index(suppressed, before))];
          EXPECT_NEAR(found.linear, c / (c + p.ec50), tolerance);
          EXPECT_NEAR(found.hill, std::pow(c, p.hill) / (std::pow(c, p.hill) + std::pow(p.ec50, p.hill)), tolerance);
        }
  }
}

/// Doses and powers that leave the range of a double saturate.
TEST(Exposure, OfExtremeParametersIsANumber) {
  TherapyParameters p(values_of("published"));
  p.hill = 10;
  p.concavity = 2;
  for (const double ec50 : {1e-6, 1e-40, 1e6}) {
    p.ec50 = ec50;
    for (const double reference : {1e-6, 1e-150, 1e12}) {
      for (auto& route : p.reference_dose)
        for (auto& dose : route) dose = reference;
      Strategy strategy = cells(Cell::msc, Route::intravenous, 4);
      strategy.regimen.dose = 1e15;
      const Visit visits[] = {{0, 0}, {12, 365}};
      const TherapyPlan plan(strategy, p, visits);
      const Saturation before = plan.saturation(Domain::gross_motor, 0)[0];
      const Saturation after = plan.saturation(Domain::gross_motor, 1)[0];
      EXPECT_EQ(before.hill, 0);
      EXPECT_EQ(before.linear, 0);
      EXPECT_TRUE(after.hill >= 0 && after.hill <= 1) << ec50 << ' ' << reference;
      EXPECT_TRUE(after.linear >= 0 && after.linear <= 1) << ec50 << ' ' << reference;
      if (ec50 < 1 && reference < 1) {
        EXPECT_EQ(after.hill, 1);
      }
    }
  }
}

TEST(Exposure, AutologousCellsDoNotSensitise) {
  const TherapyParameters p(values_of("sceptical"));
  Strategy strategy = cells(Cell::mnc, Route::intrathecal, 3);
  EXPECT_NEAR(TherapyPlan(strategy, p, {}).exposure_of_infusion(2), 2.2 * 0.95 * 0.95, tolerance);
  strategy.source = CellSource::autologous;
  EXPECT_NEAR(TherapyPlan(strategy, p, {}).exposure_of_infusion(2), 2.2, tolerance);
}

TEST(Exposure, APairThatNobodyStudiedBreaksThePromise) {
  const TherapyParameters p(values_of("published"));
  Strategy strategy = cells(Cell::msc, Route::intravenous);
  strategy.route = Route::intranasal;
  EXPECT_THROW(TherapyPlan(strategy, p, {}), InternalError);
}

TEST(Exposure, WithoutEffectThereIsNone) {
  const TherapyParameters null(values_of("null"));
  EXPECT_FALSE(null.any_effect());
  const TherapyPlan plan(cells(Cell::msc, Route::intrathecal, 4), null, {});
  EXPECT_FALSE(plan.effective());
  EXPECT_EQ(plan.infusion_months().size(), 4u) << "harms need the schedule";
  EXPECT_FALSE(TherapyPlan(rehabilitation(), TherapyParameters(values_of("published")), {}).effective());

  ParameterValues no_effect = values_of("sceptical");  // one parameter draw in ten
  no_effect.set("effect.any", 0);
  EXPECT_FALSE(TherapyParameters(no_effect).any_effect());
  ParameterValues only_idiosyncratic = values_of("sceptical");
  only_idiosyncratic.set("effect.emax", 0);
  EXPECT_TRUE(TherapyParameters(only_idiosyncratic).any_effect());
}

TEST(AgeModifier, AtPrintedAges) {
  // 1.16/1.08/1/0.77/0.63/0.59 at 1/3/4/6/8/12 years for a floor of 0.5, as the evidence prints it.
  const TherapyParameters p(values_of("published"));
  const std::vector<std::pair<double, double>> printed = {{1, 1.16}, {3, 1.08}, {4, 1},
                                                          {6, 0.77}, {8, 0.63}, {12, 0.59}};
  for (const auto& [age, modifier] : printed) EXPECT_NEAR(p.age_modifier(age), modifier, 0.0051) << age;
  EXPECT_NEAR(p.age_modifier(18) / p.age_modifier(17.999999), p.adult_factor, 1e-6);
}

TEST(Bounded, StaysInsideTheScaleAndIsExactWithoutEffect) {
  const std::vector<double> motor = {0, 0.1, 12, 50, 88, 99.9, 100};
  const std::vector<double> gain = {-1e4, -50, -3, -1e-9, -0.0, 0.0, 1e-9, 3, 50, 1e4};
  for (double f : motor) {
    double before = -1;
    for (double e : gain) {
      double after = 0;
      bounded(1, &f, &e, &after);
      if (e == 0) {
        EXPECT_EQ(after, f);
      }
      EXPECT_GE(after, 0);
      EXPECT_LE(after, 100);
      EXPECT_GE(after, before) << "a better effect may not end lower";
      before = after;
      const double wanted = e >= 0 ? f + (100 - f) * -std::expm1(-e / (100 - f)) : f + f * std::expm1(e / f);
      if ((e > 0 && f < 100) || (e < 0 && f > 0)) {
        EXPECT_NEAR(after, wanted, 100 * tolerance);
      }
    }
  }
}

TEST(Effect, HasTheSameBitsOnEveryInstructionSet) {
  constexpr int n = 101;
  std::vector<double> strength(n), own(n), motor(n), gain(n), after(n);
  std::vector<std::uint16_t> category(n);
  for (int i = 0; i < n; ++i) {
    strength[i] = 0.37 * i;
    own[i] = 3 - 0.11 * i;
    motor[i] = 0.99 * i;
    category[i] = static_cast<std::uint16_t>(i % 2);
  }
  const std::vector<Saturation> saturation = {{0.31, 0.42}, {0.17, 0.28}};
  std::vector<std::vector<double>> results;
  const InstructionSet best = best_instruction_set();
  for (auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (!is_available(set)) continue;
    force_instruction_set(set);
    effect_in_points(n, strength.data(), own.data(), category.data(), saturation, gain.data());
    bounded(n, motor.data(), gain.data(), after.data());
    results.push_back(after);
  }
  force_instruction_set(best);
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

}  // namespace
}  // namespace vcohort
