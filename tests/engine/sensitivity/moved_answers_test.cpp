#include "engine/sensitivity/moved_answers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "engine/cohort/cohort.hpp"
#include "engine/evidence/values.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/sensitivity/toy.hpp"
#include "tests/engine/therapy/strategies.hpp"

// How far a parameter moves the answers of a study, against closed forms of cost and effect.
namespace vcohort {
namespace {

using namespace test;

constexpr int level_three = 2;
constexpr int infusions = 3;
constexpr double waning_months = 24;
constexpr double points_per_emax = 1 / (1 + 1e6);  // of linear_effect()
const std::string price = "price.product.MSC";
const std::string emax = "effect.emax";
constexpr MovedSizes sizes{2 * Cohort::draw_size, 64};

/// One dose whose effect, at once, is 3 points, uncertain from 2 to 4; its price is 1,000 to 9,000.
Evidence evidence() {
  Evidence found = linear_effect(3, waning_months);
  for (Parameter& parameter : found.parameters) {
    if (parameter.name == price) parameter.uncertainty = uniform(1000, 9000);
    if (parameter.name == emax) parameter.uncertainty = uniform(2 / points_per_emax, 4 / points_per_emax);
  }
  return found;
}

/// Children of four years at level III who all grow as its median.
Study study_of(int number_of_infusions) {
  Study study =
      policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous, number_of_infusions)}, 4, level_three, 10);
  study.outcomes = {{6, 12}, {"gmfm66"}};
  return study;
}

Table moved(const Study& study, const std::string& parameter) {
  const Evidence stance = evidence();
  const std::vector<Coordinate> coordinates = ParameterDraws(stance).coordinates();
  std::vector<std::size_t> inputs;
  for (std::size_t k = 0; k < coordinates.size(); ++k)
    if (coordinates[k].parameters.front().name == parameter) inputs.push_back(k);
  EXPECT_EQ(inputs.size(), 1u);
  return moved_answers(study, stance, inputs, sizes);
}

double number(const Table& table, const std::string& name, std::size_t row) {
  return column<double>(table, name)[row];
}

TEST(MovedAnswers, APriceMovesTheNetBenefitByItsRangeTimesTheInfusions) {
  const Table table = moved(study_of(infusions), price);
  const std::size_t row = row_of(table, "question", "policy");
  EXPECT_DOUBLE_EQ(number(table, "low", row), 1200);
  EXPECT_DOUBLE_EQ(number(table, "high", row), 8800);
  constexpr double rounding = 1e-6;  // of costs of care of 1e5, summed over patients
  EXPECT_NEAR(number(table, "change", row), -infusions * (8800 - 1200), rounding);
  EXPECT_NEAR(number(table, "change_mcse", row), 0, rounding);
  EXPECT_NEAR(number(table, "at_high", row) - number(table, "at_low", row), number(table, "change", row), rounding);
  const Means means = means_of(study_of(infusions), evidence(), sizes.patients);
  const double net_benefit = 50'000 * (means.effect[1] - means.effect[0]) - (means.cost[1] - means.cost[0]);
  EXPECT_NEAR(number(table, "answer", row), net_benefit, rounding);
}

TEST(MovedAnswers, TheBestStrategyIsThatOfEachPoint) {
  Study study = study_of(1);
  study.policy->thresholds = {1e5};
  const Table table = moved(study, price);
  for (const auto& [point, best] :
       {std::pair("at_low", "best_at_low"), {"answer", "best"}, {"at_high", "best_at_high"}})
    EXPECT_EQ(column<std::string>(table, best)[0], study.strategies[number(table, point, 0) > 0 ? 1 : 0].name);
  EXPECT_NE(column<std::string>(table, "best_at_low")[0], column<std::string>(table, "best_at_high")[0]);
}

TEST(MovedAnswers, AnEffectMovesTheIncrementByWhatTheScaleCredits) {
  Study study = study_of(1);
  study.policy.reset();
  study.cohort.emplace();
  const Table table = moved(study, emax);
  ASSERT_EQ(table.rows(), 1u);
  EXPECT_EQ(column<std::string>(table, "question")[0], "cohort");
  const auto credited_of = [](double points) { return credited(points * std::exp(-12 / waning_months), 4 + 1.0); };
  const double low = 2 + 0.025 * 2, high = 2 + 0.975 * 2;
  constexpr double saturation = 1e-5;  // linear_effect() is linear to one in a million
  EXPECT_NEAR(number(table, "low", 0) * points_per_emax, low, saturation);
  EXPECT_NEAR(number(table, "at_low", 0), credited_of(low), saturation);
  EXPECT_NEAR(number(table, "answer", 0), credited_of(3), saturation);
  EXPECT_NEAR(number(table, "at_high", 0), credited_of(high), saturation);
  EXPECT_NEAR(number(table, "change", 0), credited_of(high) - credited_of(low), saturation);
  EXPECT_NEAR(number(table, "change_mcse", 0), 0, saturation);
  EXPECT_EQ(column<std::string>(table, "best")[0], "") << "nothing is decided";
}

// The first analysis at the largest size. Noise is the same at all points, so that the change of the estimate is that
// of the effect but for scores at the end of the scale; the answer itself has the error of 64 trials.
TEST(MovedAnswers, ATrialAnswersAtItsLargestSize) {
  Study study = study_of(1);
  study.policy.reset();
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[1].strategy = 1;
  for (int arm = 0; arm < 2; ++arm) trial.arms[arm].name = study.strategies[arm].name;
  trial.sample_size = {20, 200};
  trial.replicates = 8;
  AnalysisPlan plan;
  plan.method = "t";
  plan.endpoint = "gmfm66";
  plan.visit_months = 12;
  trial.analyses = {plan};
  study.trial = trial;
  const Table table = moved(study, emax);
  ASSERT_EQ(table.rows(), 2u);
  const double waned = std::exp(-12 / waning_months);
  EXPECT_NEAR(number(table, "change", 0), credited(3.95 * waned, 5) - credited(2.05 * waned, 5), 1e-5);
  EXPECT_NEAR(number(table, "change_mcse", 0), 0, 1e-5);
  // Two arms of 100 children, whose scores vary by disturbance and error of measurement alone.
  const ParameterValues values = values_of("sceptical");
  const double variance =
      std::pow(values.at("motor.disturbance_sd.III"), 2) + std::pow(values.at("motor.measurement_sd"), 2);
  const double error = std::sqrt(variance * 2 / 100);
  const auto trials = static_cast<double>(sizes.replicates);
  EXPECT_NEAR(number(table, "answer", 0), credited(3 * waned, 5), 4.5 * error / std::sqrt(trials));
  EXPECT_NEAR(number(table, "answer_mcse", 0), error / std::sqrt(trials), 4.5 * error / std::sqrt(trials * 2 * trials));
  const double power = number(table, "answer", 1);
  EXPECT_GT(power, 0);
  EXPECT_LE(number(table, "at_low", 1), power);
  EXPECT_EQ(column<std::int64_t>(table, "left_out")[0], 0);
}

}  // namespace
}  // namespace vcohort
