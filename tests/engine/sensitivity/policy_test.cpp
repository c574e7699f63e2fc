#include <gtest/gtest.h>

#include <cmath>

#include "engine/sensitivity/stages.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/sensitivity/toy.hpp"
#include "tests/engine/therapy/strategies.hpp"

// The stages on the simulation of [policy], against closed forms of cost.
namespace vcohort {
namespace {

using namespace test;

constexpr int level_three = 2;
constexpr int infusions = 3;
constexpr std::int64_t patients = 64;
const std::string price = "price.product.MSC";

/// Rehabilitation and three infusions within a fortnight, nothing discounted; an effect of 3 points that wanes.
Study study_of(SensitivityQuestion question) {
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous, infusions)}, 4, level_three, 10);
  question.patients = patients;
  question.quantiles = {0.025, 0.975};
  study.policy->sensitivity = std::move(question);
  return study;
}

void make_uncertain(Evidence& evidence, const std::string& name, const Uncertainty& law) {
  for (Parameter& parameter : evidence.parameters)
    if (parameter.name == name) parameter.uncertainty = law;
}

Evidence evidence() {
  Evidence found = linear_effect(3, 24);
  make_uncertain(found, price, uniform(1000, 9000));
  make_uncertain(found, "price.product.NSC", uniform(1000, 9000));
  make_uncertain(found, "cost.visit", normal(10));
  return found;
}

Table table_from(const Study& study, const Evidence& stance, const std::string& path) {
  Policy policy(study, stance);
  for (auto& stage : sensitivity_stages(study, stance)) policy.add(std::move(stage));
  return table_of(tables_of(policy), path);
}

TEST(SensitivityOfPolicy, ABarOfThePriceIsItsRangeTimesTheInfusions) {
  const Table table = table_from(study_of({}), evidence(), "/sensitivity/tornado");
  const auto row = [&](const std::string& name) { return row_of(table, "parameter", name); };
  const double low = column<double>(table, "low")[row(price)], high = column<double>(table, "high")[row(price)];
  EXPECT_DOUBLE_EQ(low, 1200);
  EXPECT_DOUBLE_EQ(high, 8800);
  constexpr double rounding = 1e-6;  // of costs of care of 1e5, summed over patients
  EXPECT_NEAR(column<double>(table, "span")[row(price)], infusions * (high - low), rounding);
  const double visits = infusions * values_of("sceptical").at("visits.per_infusion");
  EXPECT_NEAR(column<double>(table, "span")[row("cost.visit")], visits * 2 * 10 * 1.959963985, rounding);
  EXPECT_EQ(column<std::string>(table, "kind")[row(price)], "price");
  EXPECT_EQ(column<std::string>(table, "kind")[row("cost.visit")], "knowledge");
}

TEST(SensitivityOfPolicy, APriceThatNobodyPaysHasNoBar) {
  const Table table = table_from(study_of({}), evidence(), "/sensitivity/tornado");
  const std::size_t row = row_of(table, "parameter", "price.product.NSC");
  EXPECT_EQ(column<double>(table, "span")[row], 0);
  EXPECT_EQ(column<std::int64_t>(table, "rank")[row], 3);
  EXPECT_EQ(column<double>(table, "inb_low")[row], column<double>(table, "inb")[row]);
}

TEST(SensitivityOfPolicy, TheDecisionFlipsAtThePriceThatTheGainPaysFor) {
  SensitivityQuestion question;
  question.thresholds = {{price, {}, {}}, {"price.product", 0, 10}};
  const Study study = study_of(question);
  const Evidence stance = evidence();
  const Table table = table_from(study, stance, "/sensitivity/threshold");
  // k dE = n (price + other costs of an infusion) + preparation
  const Means means = means_of(study, stance, patients);
  const ParameterValues values = point_values(stance);
  const double gain = study.policy->thresholds[0] * (means.effect[1] - means.effect[0]);
  const double others = means.cost[1] - means.cost[0] - infusions * values.at(price);
  const double expected = (gain - others) / infusions;
  ASSERT_GT(expected, 0.1 * values.at(price)) << "outside of the range that is searched";
  const std::size_t row = row_of(table, "parameter", price);
  EXPECT_EQ(column<std::int64_t>(table, "switches")[row], 1);
  constexpr double rounding = 1e-6;  // as above
  EXPECT_NEAR(column<double>(table, "value")[row], expected, rounding);
  EXPECT_EQ(column<std::string>(table, "above")[row], "rehabilitation");
  EXPECT_EQ(column<std::string>(table, "below")[row], study.strategies[1].name);
  const std::size_t factor = row_of(table, "parameter", "price.product");
  EXPECT_NEAR(column<double>(table, "value")[factor], expected / values.at(price), rounding / values.at(price));
}

TEST(SensitivityOfPolicy, TheGridAgreesWithTheSimulation) {
  SensitivityQuestion question;
  question.grid = {{price, {2000, 4000}}, {"waning", {0.5, 1, 2}}};
  const Study study = study_of(question);
  Evidence stance = evidence();
  const Table table = table_from(study, stance, "/sensitivity/grid");
  ASSERT_EQ(table.rows(), 6U);
  set_value(stance, price, 4000);
  set_value(stance, "waning.motor", 48);
  const Means means = means_of(study, stance, patients);
  const double expected =
      study.policy->thresholds[0] * (means.effect[1] - means.effect[0]) - (means.cost[1] - means.cost[0]);
  EXPECT_NEAR(column<double>(table, "inb")[5], expected, 1e-6);
}

TEST(SensitivityOfPolicy, SobolIndicesLeavePricesOutAndGiveNothingToWhatDoesNothing) {
  SensitivityQuestion question;
  question.sobol =
      SobolQuestion{{{"visits", {"cost.visit"}}, {"prices", {"price.product"}}, {"ms", {"mcid"}}}, 16, patients};
  Study study = study_of(question);
  Evidence stance = evidence();
  make_uncertain(stance, "mcid.III", uniform(1, 2));  // QALYs do not depend on it
  const Table fixed = table_from(study, stance, "/sensitivity/sobol");
  EXPECT_EQ(column<double>(fixed, "total")[row_of(fixed, "group", "prices")], 0);
  EXPECT_EQ(column<double>(fixed, "total")[row_of(fixed, "group", "ms")], 0);
  EXPECT_EQ(column<double>(fixed, "first")[row_of(fixed, "group", "ms")], 0);
  study.policy->uncertain_prices = true;
  const Table drawn = table_from(study, stance, "/sensitivity/sobol");
  EXPECT_GT(column<double>(drawn, "total")[row_of(drawn, "group", "prices")], 0.9);
}

TEST(SensitivityOfPolicy, UnderTheNullStanceNoKnowledgeMakesCellsTheBestChoice) {
  const Evidence& null = stance("null");
  const Table table = table_from(study_of({}), null, "/sensitivity/tornado");
  ASSERT_GT(table.rows(), 100U);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_EQ(column<Truth>(table, "flips")[row], Truth{0}) << column<std::string>(table, "parameter")[row];
    EXPECT_EQ(column<std::string>(table, "best")[row], "rehabilitation");
  }
}

}  // namespace
}  // namespace vcohort
