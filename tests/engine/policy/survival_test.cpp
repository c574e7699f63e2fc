#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/patient/patient.hpp"
#include "engine/policy/parameters.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/therapy/strategies.hpp"

namespace vcohort {
namespace {

using namespace test;

/// The rate integrated in small steps.
double integrated(const LifeTable& table, double from, double to) {
  constexpr int steps = 100'000;
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    const double age = from + (to - from) * (step + 0.5) / steps;
    std::size_t band = 0;
    while (band + 1 < LifeTable::from_age_years.size() && LifeTable::from_age_years[band + 1] <= age) ++band;
    sum += table.rate_per_year[band];
  }
  return sum * (to - from) / steps;
}

TEST(Survival, IsTheLifeTableAndTheExcessOfTheLevel) {
  const Study study = policy_study({rehabilitation()}, 4, 0, 10);
  const PolicyParameters p(values_of("sceptical"), *study.policy);
  Lanes<double> age{}, baseline{}, alive{};
  Lanes<std::uint8_t> level{};
  const double ages[] = {0.25, 0.9, 4.5, 14, 17, 40, 84, 90};
  const int lanes = static_cast<int>(std::size(ages));
  std::copy(std::begin(ages), std::end(ages), age.begin());
  for (int i = 0; i < lanes; ++i) level[i] = static_cast<std::uint8_t>(i % gmfcs_levels);
  cumulative_rate(p.background, lanes, age.data(), baseline.data());
  for (const double years : {0.0, 0.4, 1.0, 12.0, 60.0}) {
    survival(p, lanes, age.data(), level.data(), baseline.data(), years, alive.data());
    for (int i = 0; i < lanes; ++i) {
      const double hazard = integrated(p.background, age[i], age[i] + years) + p.excess_rate[level[i]] * years;
      // A band may begin inside a step of the integration: 60 years / 100,000 times a rate of at most 0.13.
      EXPECT_NEAR(alive[i], std::exp(-hazard), 1e-4) << age[i] << " + " << years;
      if (years == 0) {
        EXPECT_EQ(alive[i], 1.0);
      }
    }
  }
}

TEST(Survival, AConstantHazardGivesAGeometricSum) {
  const Study study = policy_study({rehabilitation()}, 4, 4, 20);
  Evidence evidence = uneventful("null");
  for (Parameter& parameter : evidence.parameters)
    if (parameter.name.starts_with("mortality.background.")) parameter.value = 0.02;
  set_value(evidence, "mortality.excess.V", 0.03);
  set_value(evidence, "utility.hui3.V", 0.5);
  const double year = std::exp(-0.05);
  const double person_years = std::exp(-0.025) * (1 - std::pow(year, 20)) / (1 - year);
  EXPECT_NEAR(means_of(study, evidence).effect[0], 0.5 * person_years, 1e-12);
}

/// A budget of children who wait for two years from birth on and never ask: 100 of every year, of whom exp(-0.05)
/// survive each year; by the end of the first year that share of all three years' children is left.
TEST(Survival, TheWaitingOfABudgetDieAsTheChildrenDo) {
  Study study = policy_study({rehabilitation()}, 4, 4, 3);
  BudgetQuestion budget;
  budget.years = 1;
  budget.births_per_year = 50'000;
  budget.prevalence_per_1000 = 2;
  budget.to_age_years = 2;
  budget.uptake = {0};
  budget.before = budget.after = {{0, {1.0}}};
  study.policy->budget = budget;
  Evidence evidence = uneventful("null");
  for (Parameter& parameter : evidence.parameters)
    if (parameter.name.starts_with("mortality.background.")) parameter.value = 0.02;
  set_value(evidence, "mortality.excess.V", 0.03);
  const std::vector<Table> tables = tables_of(Policy(study, evidence));
  const Table& impact = table_of(tables, "/policy/budget_impact");
  const double year = std::exp(-0.05);
  EXPECT_NEAR(numbers_of(impact, "waiting_backlog")[0], 100 * (year + year * year), 1e-9);
  EXPECT_NEAR(numbers_of(impact, "died")[0], (1 - year) * 100 * (1 + year + year * year), 1e-9);
}

TEST(Survival, TheDeadAreNotTreated) {
  Strategy late = cells(Cell::msc, Route::intravenous);
  late.regimen.start_months = 60;
  const Study study = policy_study({rehabilitation(), late}, 4, 4, 10);
  Evidence evidence = uneventful("null");
  set_value(evidence, "mortality.excess.V", 0.1);
  const ParameterValues values = values_of("null");
  const double paid = values.at("price.product.MSC") + values.at("cost.procedure.intravenous") +
                      values.at("cost.visit") + values.at("cost.preparation.allogeneic");
  const Means means = means_of(study, evidence);
  EXPECT_NEAR(means.cost[1] - means.cost[0], paid * std::exp(-0.5), 1e-9 * means.cost[0]);
}

}  // namespace
}  // namespace vcohort
