#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Costs and effects against closed forms.
namespace vcohort {
namespace {

using namespace test;

constexpr int level_three = 2;
constexpr double rounding = 1e-12;

/// Value of 1 a year for ten years at 3.5 %, by timing; the digits are those of tests/oracles' source.
struct Annuity {
  FlowTiming timing;
  double value, digits;
};
class Timing : public testing::TestWithParam<Annuity> {};

TEST_P(Timing, DiscountsUtilityAndCareLikeAnAnnuity) {
  Study study = policy_study({rehabilitation()}, 4, level_three, 10);
  study.policy->timing = GetParam().timing;
  study.policy->discount_costs = study.policy->discount_effects = 0.035;
  const Means means = means_of(study, uneventful("null"));
  const ParameterValues values = values_of("null");
  EXPECT_NEAR(means.effect[0] / values.at("utility.hui3.III"), GetParam().value, GetParam().digits);
  EXPECT_NEAR(means.cost[0] / values.at("cost.care") / values.at("cost.care_ratio.III"), GetParam().value,
              GetParam().digits);
}

INSTANTIATE_TEST_SUITE_P(Policy, Timing,
                         testing::Values(Annuity{FlowTiming::end, 8.316605323, 5e-10},
                                         Annuity{FlowTiming::mid, 8.460894, 5e-7},
                                         Annuity{FlowTiming::start, 8.607687, 5e-7},
                                         Annuity{FlowTiming::trapezoid, 8.462146, 5e-7},
                                         Annuity{FlowTiming::continuous, 8.461311465, 5e-10}));

TEST(Consequences, ASecondSetOfUtilitiesAndThePartOfAYear) {
  Study study = policy_study({rehabilitation()}, 4, level_three, 2.5);
  study.policy->utility = UtilitySet::tto;
  EXPECT_NEAR(means_of(study, uneventful("null")).effect[0], 2.5 * values_of("null").at("utility.tto.III"), rounding);
}

TEST(Consequences, InfusionsCostWhenTheyAreGiven) {
  Strategy four = cells(Cell::msc, Route::intravenous, 4, 365.25);
  four.regimen.start_months = 6;
  Study study = policy_study({rehabilitation(), four}, 4, level_three, 10);
  study.policy->discount_costs = 0.03;
  const ParameterValues values = values_of("null");
  const double each =
      values.at("price.product.MSC") + values.at("cost.procedure.intravenous") + values.at("cost.visit");
  double expected = values.at("cost.preparation.allogeneic") * std::pow(1.03, -0.5);
  for (int infusion = 0; infusion < 4; ++infusion) expected += each * std::pow(1.03, -0.5 - infusion);
  const Means means = means_of(study, uneventful("null"));
  EXPECT_NEAR(means.cost[1] - means.cost[0], expected, 1e-9 * means.cost[0]);
  EXPECT_EQ(means.effect[1], means.effect[0]) << "the null stance has no effect, not even rounding";
}

TEST(Consequences, WhatComesAfterTheHorizonIsNeitherGivenNorPaid) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous, 4, 365.25)}, 4, level_three, 2);
  const ParameterValues values = values_of("null");
  const double each =
      values.at("price.product.MSC") + values.at("cost.procedure.intravenous") + values.at("cost.visit");
  const Means means = means_of(study, uneventful("null"));
  EXPECT_NEAR(means.cost[1] - means.cost[0], values.at("cost.preparation.allogeneic") + 2 * each, 1e-9 * means.cost[0]);
}

TEST(Consequences, TheStudyKnowsACostBetterAndInAnotherCurrency) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous, 2)}, 4, level_three, 1);
  study.policy->exchange_rate = 0.5;
  const Evidence evidence = uneventful("null");
  const ParameterValues values = values_of("null");
  const double each =
      values.at("price.product.MSC") + values.at("cost.procedure.intravenous") + values.at("cost.visit");
  const Means exchanged = means_of(study, evidence);
  EXPECT_NEAR(exchanged.cost[1] - exchanged.cost[0], 0.5 * (values.at("cost.preparation.allogeneic") + 2 * each), 1e-6);
  study.policy->costs = {{1, 7'000, 100, 30, 3, "tariff"}};
  const Means own = means_of(study, evidence);
  EXPECT_NEAR(own.cost[1] - own.cost[0], 100 + 2 * (7'000 + 3 * 30), 1e-6) << "in the study's money";
}

TEST(Consequences, FamiliesPayUnderTheSocietalPerspective) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intrathecal)}, 4, level_three, 1);
  const Evidence evidence = uneventful("null");
  const Means health = means_of(study, evidence);
  study.policy->perspective = Perspective::societal;
  const Means society = means_of(study, evidence);
  const ParameterValues values = values_of("null");
  EXPECT_NEAR(society.cost[0] - health.cost[0], values.at("cost.informal_care") * values.at("cost.care_ratio.III"),
              1e-6);
  EXPECT_NEAR((society.cost[1] - society.cost[0]) - (health.cost[1] - health.cost[0]),
              values.at("carer.days_per_infusion.intrathecal") * values.at("carer.cost_per_day") +
                  2 * values.at("travel.cost_per_trip"),
              1e-6)
      << "one journey to the infusion and one to its visit";
}

/// Fever of grade 2 at every infusion.
Evidence always_fever() {
  Evidence evidence = uneventful("null");
  set_value(evidence, "ae.fever.intravenous", 1);
  set_value(evidence, "ae.grade2_share.fever", 1);
  return evidence;
}

TEST(Consequences, ToleranceStopsOrHalvesAndEventsCost) {
  const Evidence evidence = [] {
    Evidence all = always_fever();
    set_value(all, "price.dose_share", 1);
    return all;
  }();
  Strategy ignore = cells(Cell::msc, Route::intravenous, 3), stop = ignore, halve = ignore;
  stop.regimen.tolerance = Regimen::Tolerance::stop;
  halve.regimen.tolerance = Regimen::Tolerance::halve;
  const Study study = policy_study({rehabilitation(), ignore, stop, halve}, 4, level_three, 1);
  const Means means = means_of(study, evidence, 2'048);
  const ParameterValues values = values_of("null");
  const double price = values.at("price.product.MSC"), event = values.at("cost.event.2");
  const double around = values.at("cost.procedure.intravenous") + values.at("cost.visit");
  const double once = values.at("cost.preparation.allogeneic");
  const auto increment = [&](std::size_t s) { return means.cost[s] - means.cost[0]; };
  EXPECT_NEAR(increment(1), once + 3 * (price + around + event), 1e-6);
  EXPECT_NEAR(increment(2), once + price + around + event, 1e-6);
  EXPECT_NEAR(increment(3), once + (1 + 0.5 + 0.5) * price + 3 * (around + event), 1e-6);

  // Three events of an exponential duration each; 4.5 Monte Carlo standard errors.
  const double days = values.at("ae.duration_days.fever");
  const double loss = 3 * values.at("utility.event_loss.2") * days / 365.25;
  EXPECT_NEAR(means.effect[0] - means.effect[1], loss, 4.5 * loss / std::sqrt(3 * 2'048.0));
}

// Cells in a year, a fever each: at 5 % a year its cost and its loss are worth 1.05^-1 of what they are without a rate.
TEST(Consequences, EventsAreDiscountedToTheDayOfTheirInfusion) {
  Strategy later = cells(Cell::msc, Route::intravenous);
  later.regimen.start_months = 12;
  Study study = policy_study({rehabilitation(), later}, 4, level_three, 3);
  const Evidence evidence = always_fever();
  const Means now = means_of(study, evidence);
  study.policy->discount_costs = study.policy->discount_effects = 0.05;
  const Means discounted = means_of(study, evidence);
  EXPECT_LT(now.effect[1], now.effect[0]);
  EXPECT_NEAR((discounted.effect[1] - discounted.effect[0]) / (now.effect[1] - now.effect[0]), 1 / 1.05, 1e-9);
  EXPECT_NEAR((discounted.cost[1] - discounted.cost[0]) / (now.cost[1] - now.cost[0]), 1 / 1.05, 1e-9);
}

// +1.42 points, waning in 48 months, 3 %, HUI3 slope: 0.066 QALY, and 227,000 per QALY at 15,000, in a child whom the
// end of the scale does not stop; a thousandth of the points is such a child. The cycles take the effect e^-at, a =
// 1/4, in their middle and integrate the discount e^-dt: they miss a^2/24 + a d/12 of the integral.
TEST(Consequences, TheIllustrationOfTheEvidence) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 100);
  study.policy->timing = FlowTiming::continuous;
  study.policy->discount_effects = 0.03;
  study.policy->costs = {{1, 15'000, 0, 0, 0, "Duke expanded access"}};
  const Means means = means_of(study, linear_effect(0.00142, 48));
  const double gain = 1000 * (means.effect[1] - means.effect[0]), cost = means.cost[1] - means.cost[0];
  EXPECT_NEAR(gain, 0.066, 0.0005);
  EXPECT_NEAR(cost / gain, 227'000, 227'000 * (1.0 / 16 / 24 + std::log(1.03) / 48) + 500);
  const double exact = 0.013 * 1.42 / (0.25 + std::log(1.03));
  EXPECT_NEAR(gain / exact, 1 - 1.0 / 16 / 24 - std::log(1.03) / 48, 3e-5);
}

// Year by year against the formula, for an effect that fits (2 points), one that nearly does not (20), and one that
// takes points away.
TEST(Consequences, UtilityKnowsOnlyPointsThatTheScoreCanGain) {
  const Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 6);
  const double slope = values_of("sceptical").at("utility.slope.hui3");
  for (const double points : {2.0, 20.0}) {
    const Means means = means_of(study, linear_effect(points, 48));
    double expected = 0;
    for (int year = 0; year < 6; ++year)
      expected += slope * credited(points * std::exp(-(12 * year + 6) / 48.0), 4 + year + 0.5);
    EXPECT_NEAR(means.effect[1] - means.effect[0], expected, 1e-5 * expected) << points;
    EXPECT_LT(expected, slope * points * 48 / 12) << "less than all its points";
  }
}

// A score at 99 has room for one point, however large the effect.
TEST(Consequences, NearTheEndOfTheScaleLittleIsGained) {
  const Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 6);
  Evidence evidence = linear_effect(30, 1e9);
  set_value(evidence, "motor.limit.III", 99);
  set_value(evidence, "motor.age90.III", 0.1);
  const Means means = means_of(study, evidence);
  EXPECT_NEAR(means.effect[1] - means.effect[0], 6 * values_of("sceptical").at("utility.slope.hui3"), 1e-6);
}

TEST(Consequences, TheEffectBeyondFollowUpObeysItsRule) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 10);
  study.policy->extrapolate_after_months = 24;
  constexpr double points = 2e-4;  // so few that the end of the scale does not matter
  const Evidence evidence = linear_effect(points, 48);
  const double slope = values_of("sceptical").at("utility.slope.hui3");
  const auto gain = [&](Extrapolation rule) {
    study.policy->extrapolation = rule;
    study.policy->half_life_months = 12;
    const Means means = means_of(study, evidence);
    return (means.effect[1] - means.effect[0]) / (slope * points);
  };
  const double first_two = std::exp(-6.0 / 48) + std::exp(-18.0 / 48), at_end = std::exp(-24.0 / 48);
  double waning = 0, throughout = first_two;
  for (int year = 2; year < 10; ++year) {
    waning += at_end * std::pow(0.5, year + 0.5 - 2);
    throughout += std::exp(-(12 * year + 6) / 48.0);
  }
  constexpr double saturation = 2e-5;  // linear to 1e-6, relative, and to points / room / 2
  EXPECT_NEAR(gain(Extrapolation::stop), first_two, saturation);
  EXPECT_NEAR(gain(Extrapolation::hold), first_two + 8 * at_end, saturation);
  EXPECT_NEAR(gain(Extrapolation::wane), first_two + waning, saturation);
  EXPECT_NEAR(gain(Extrapolation::model), throughout, saturation);
}

TEST(Consequences, UtilityStaysInItsRange) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 1);
  study.policy->extrapolation = Extrapolation::hold;
  study.policy->extrapolate_after_months = 1;
  EXPECT_NEAR(means_of(study, linear_effect(1'000, 1e6)).effect[1], 1.0, rounding);
}

TEST(Consequences, CareFollowsTheMotorScoreOnlyWhenAsked) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 1);
  study.policy->extrapolation = Extrapolation::hold;
  study.policy->extrapolate_after_months = 1;
  study.policy->costs = {{1, 0, 0, 0, 0, "free"}};
  const Evidence evidence = linear_effect(5, 1e9);
  const Means fixed = means_of(study, evidence);
  EXPECT_EQ(fixed.cost[1], fixed.cost[0]);
  study.policy->care_follows_motor = true;
  const Means moved = means_of(study, evidence);
  EXPECT_NEAR(moved.cost[1] / moved.cost[0], 1 + credited(5, 4.5) * values_of("sceptical").at("cost.care_change"),
              1e-5);
}

TEST(Consequences, CareNeverCostsLessThanNothing) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 1);
  study.policy->extrapolation = Extrapolation::hold;
  study.policy->extrapolate_after_months = 1;
  study.policy->costs = {{1, 0, 0, 0, 0, "free"}};
  study.policy->care_follows_motor = true;
  Evidence evidence = linear_effect(5, 1e9);
  set_value(evidence, "cost.care_change", -1);  // five points spare more than all
  const Means means = means_of(study, evidence);
  EXPECT_GT(means.cost[0], 0);
  EXPECT_EQ(means.cost[1], 0);
}

// A budget of free cells that spare care: 300 children have their turn at once, and each spares what its score gains.
// The first year is discounted to its middle.
TEST(Consequences, ABudgetSaysWhatIsSparedAsANegativeNumber) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 2);
  study.policy->extrapolation = Extrapolation::hold;
  study.policy->extrapolate_after_months = 1;
  study.policy->costs = {{1, 0, 0, 0, 0, "free"}};
  study.policy->care_follows_motor = true;
  study.policy->discount_costs = 0.05;
  BudgetQuestion budget;
  budget.years = 2;
  budget.births_per_year = 50'000;
  budget.prevalence_per_1000 = 2;
  budget.to_age_years = 2;
  budget.uptake = {1};
  budget.before = {{0, {1.0}}};
  budget.after = {{1, {1.0}}};
  study.policy->budget = budget;
  const ParameterValues values = values_of("sceptical");
  const double care = values.at("cost.care") * values.at("cost.care_ratio.III");
  const double spared = 300 * care * values.at("cost.care_change") * credited(5, 4.5);
  EXPECT_LT(spared, 0);
  const std::vector<Table> tables = tables_of(Policy(study, linear_effect(5, 1e9)));
  const Table& impact = table_of(tables, "/policy/budget_impact");
  EXPECT_NEAR(numbers_of(impact, "budget_impact")[0] / spared, 1, 1e-4);
  EXPECT_NEAR(numbers_of(impact, "budget_impact_discounted")[0] / numbers_of(impact, "budget_impact")[0],
              std::pow(1.05, -0.5), rounding);
  EXPECT_NEAR(numbers_of(impact, "budget_impact_discounted")[1] / numbers_of(impact, "budget_impact")[1],
              std::pow(1.05, -1.5), rounding);
}

// What a child costs, part by part: with tolerance, both sources of money, a horizon with a part of a year.
TEST(Consequences, ComponentsAddUpToTheCost) {
  Strategy halve = cells(Cell::msc, Route::intravenous, 3, 91);
  halve.regimen.tolerance = Regimen::Tolerance::halve;
  Study study = policy_study({rehabilitation(), halve, cells(Cell::msc, Route::intrathecal)}, 4, level_three, 2.5);
  study.policy->discount_costs = study.policy->discount_effects = 0.03;
  study.policy->perspective = Perspective::societal;
  study.policy->costs = {{2, 7'000, 100, 30, 3, "tariff"}};
  const std::vector<Table> tables = tables_of(Policy(study, stance("sceptical")));
  const Table& costs = table_of(tables, "/policy/costs");
  const Table& summary = table_of(tables, "/policy/summary");
  for (std::size_t s = 0; s < 3; ++s) {
    double sum = 0, undiscounted = 0;
    for (std::size_t part = 0; part < cost_components; ++part) {
      sum += numbers_of(costs, "cost")[s * cost_components + part];
      undiscounted += numbers_of(costs, "cost_undiscounted")[s * cost_components + part];
    }
    EXPECT_NEAR(sum, numbers_of(summary, "cost")[s], 1e-9 * sum);
    EXPECT_NEAR(undiscounted, numbers_of(summary, "cost_undiscounted")[s], 1e-9 * sum);
    EXPECT_GT(undiscounted, sum);
  }
  const auto part = [&](std::size_t s, CostComponent component) {
    return numbers_of(costs, "cost")[s * cost_components + static_cast<std::size_t>(component)];
  };
  EXPECT_EQ(part(2, CostComponent::product), 0) << "the study gives it with the procedure";
  EXPECT_NEAR(part(2, CostComponent::infusion), 7'000, 1e-6);
  EXPECT_NEAR(part(2, CostComponent::visits), 90, 1e-9);
  EXPECT_NEAR(part(2, CostComponent::preparation), 100, 1e-9);
}

// Nobody dies, nothing is discounted: 2.5 years of life, and QALYs are 2.5 utilities.
TEST(Consequences, UndiscountedTotalsAndTheBaseCase) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 2.5);
  study.policy->discount_costs = study.policy->discount_effects = 0.05;
  const std::vector<Table> tables = tables_of(Policy(study, linear_effect(3, 48)));
  const Table& summary = table_of(tables, "/policy/summary");
  const ParameterValues values = values_of("sceptical");
  EXPECT_NEAR(numbers_of(summary, "life_years")[0], 2.5, rounding);
  EXPECT_LT(numbers_of(summary, "life_years_discounted")[0], 2.5);
  EXPECT_NEAR(numbers_of(summary, "effect_undiscounted")[0], 2.5 * values.at("utility.hui3.III"), 1e-9);
  double gain = 0;
  for (const auto& [years, length] : {std::pair(0.5, 1.0), {1.5, 1.0}, {2.25, 0.5}})
    gain += length * values.at("utility.slope.hui3") * credited(3 * std::exp(-12 * years / 48), 4 + years);
  EXPECT_NEAR(numbers_of(summary, "effect_undiscounted")[1] - numbers_of(summary, "effect_undiscounted")[0], gain,
              1e-5 * gain);
  // Nothing is uncertain: every draw is the base case, and 95 % of them lie there.
  const Table& base = table_of(tables, "/policy/base_case");
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_NEAR(numbers_of(base, "cost")[s], numbers_of(summary, "cost")[s], 1e-6);
    EXPECT_NEAR(numbers_of(base, "effect")[s], numbers_of(summary, "effect")[s], 1e-9);
    EXPECT_NEAR(numbers_of(summary, "effect_lower")[s], numbers_of(summary, "effect_upper")[s], 1e-9);
  }
}

TEST(Consequences, EffectsAtAVisit) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, level_three, 3);
  study.policy->visit_months = 12;
  study.policy->effect = PolicyEffect::gmfm66;
  const double points = 3, left = points * std::exp(-12.0 / 48);
  const Means score = means_of(study, linear_effect(points, 48), 1'024);
  EXPECT_LT(score.effect[1] - score.effect[0], left) << "the scale ends at 100";
  EXPECT_GT(score.effect[1] - score.effect[0], 0.95 * left);
  study.policy->effect = PolicyEffect::responder;
  const Means share = means_of(study, linear_effect(points, 48), 1'024);
  EXPECT_EQ(share.effect[0], 0);
  EXPECT_EQ(share.effect[1], 1);
  EXPECT_EQ(means_of(study, linear_effect(0.5, 48), 1'024).effect[1], 0) << "below the MCID of 0.7";
}

TEST(Consequences, AChildTreatedLaterIsOlderAndHasWaited) {
  const Strategy now = cells(Cell::msc, Route::intravenous, 2);
  Strategy later = now;
  later.regimen.start_months = 24;
  const Study early = policy_study({rehabilitation(), now}, 5, level_three, 8);
  const Study late = policy_study({rehabilitation(), later}, 3, level_three, 10);
  Evidence evidence = uneventful("published");
  set_value(evidence, "patient.postneonatal_share", 0);
  const Means of_early = means_of(early, evidence, 512), of_late = means_of(late, evidence, 512);
  EXPECT_NEAR(of_late.effect[1] - of_late.effect[0], of_early.effect[1] - of_early.effect[0], 1e-9);
  EXPECT_GT(of_early.effect[1] - of_early.effect[0], 0.01);
}

}  // namespace
}  // namespace vcohort
