#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/decide.hpp"
#include "tests/engine/decision/psas.hpp"

namespace vcohort {
namespace {

const std::vector<double>& numbers(const Table& table, std::string_view column) {
  return std::get<std::vector<double>>(table.find(column)->values);
}
const std::vector<std::string>& texts(const Table& table, std::string_view column) {
  return std::get<std::vector<std::string>>(table.find(column)->values);
}

TEST(DecisionTables, HoldWhatOtherProgramsRelyOn) {
  DecisionQuestion question;
  question.willingness_to_pay = {10000, 20000};
  const Decision found = decide(four_draws(), question);
  for (const char* column : {"strategy", "cost", "effect", "status", "icer"})
    EXPECT_NE(found.strategies.find(column), nullptr) << column;
  for (const char* column : {"k", "strategy", "nmb", "ceac", "ceaf", "expected_loss", "evpi"})
    EXPECT_NE(found.willingness_to_pay.find(column), nullptr) << column;
  EXPECT_THAT(numbers(found.willingness_to_pay, "k"), testing::ElementsAre(10000, 10000, 10000, 20000, 20000, 20000));
  EXPECT_THAT(numbers(found.willingness_to_pay, "ceaf"), testing::ElementsAre(0.5, 0.5, 0.5, 0.75, 0.75, 0.75));
  EXPECT_EQ(found.plane.rows(), 0);
  EXPECT_EQ(found.evppi.rows(), 0);
}

TEST(DecisionTables, EvppiDoesNotFallWhenAParameterIsAdded) {
  // Few draws and parameters that are noise: the regression on more of them is worse by chance, the table is not.
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Eigen::MatrixXd z = normals(80, 5, 200 + seed);
    const Psa psa = against_nothing(-0.1 + z.col(0).array() * z.col(4).array() + z.col(1).array(), z.leftCols(4));
    DecisionQuestion question;
    question.willingness_to_pay = {1};
    question.evppi = {{"p1", "p2", "p3", "p4"}, {"p1"}, {"p1", "p2"}, {"p3", "p2", "p1"}};
    const std::vector<double> value = numbers(decide(psa, question).evppi, "evppi");
    EXPECT_GE(value[2], value[1]);
    EXPECT_GE(value[3], value[2]);
    EXPECT_GE(value[0], value[3]);
  }
}

TEST(DecisionTables, PopulationIsDiscounted) {
  DecisionQuestion question;
  question.willingness_to_pay = {20000};
  DecisionPopulation population;
  population.incidence_per_year = 1000;
  population.prevalent = 200;
  population.uptake = 0.5;
  population.horizon_years = 10;
  population.discount_rate = 0.035;
  population.timing = FlowTiming::end;
  question.population = population;
  const double patients = 0.5 * (200 + 1000 * 8.316605323);
  EXPECT_NEAR(discounted_patients(population), patients, 1e-5);
  EXPECT_NEAR(numbers(decide(four_draws(), question).willingness_to_pay, "population_evpi")[0], 1275 * patients, 1e-2);
  population.uptake = 1.5;
  EXPECT_THROW(discounted_patients(population), InternalError);
}

TEST(DecisionTables, PlaneHoldsIncrements) {
  DecisionQuestion question;
  question.willingness_to_pay = {20000};
  question.plane = true;
  const Table plane = decide(four_draws(), question).plane;
  ASSERT_EQ(plane.rows(), 8);
  EXPECT_EQ(numbers(plane, "cost_increment")[0], 3000);
  EXPECT_NEAR(numbers(plane, "effect_increment")[0], 0.3, 1e-15);
  EXPECT_EQ(texts(plane, "strategy")[1], "C");
}

TEST(DecisionTables, NegativeVarianceIsReported) {
  Psa psa = four_draws();
  psa.patient_noise = Eigen::MatrixXd::Identity(6, 6) * 1e12;
  DecisionQuestion question;
  question.willingness_to_pay = {20000};
  const Decision found = decide(psa, question);
  ASSERT_FALSE(found.notes.empty());
  EXPECT_THAT(found.notes[0], testing::HasSubstr("set to zero"));
  EXPECT_EQ(found.patient_noise.rows(), 3);
  EXPECT_NEAR(numbers(found.willingness_to_pay, "evpi")[0], 0, 1e-9);
}

TEST(DecisionTables, RangesMeetTheirEnd) {
  EXPECT_THAT(willingness_to_pay_range(0, 1, 0.1), testing::SizeIs(11));
  EXPECT_EQ(willingness_to_pay_range(0, 0.3, 0.1).back(), 0.3);
  EXPECT_THAT(willingness_to_pay_range(0, 9, 5), testing::ElementsAre(0, 5));
  EXPECT_THAT(willingness_to_pay_range(7, 7, 0), testing::ElementsAre(7));
  EXPECT_THROW(willingness_to_pay_range(5, 1, 1), InternalError);
  EXPECT_THROW(willingness_to_pay_range(0, 1, 0), InternalError);
  EXPECT_THROW(willingness_to_pay_range(-1, 1, 1), InternalError);
  EXPECT_THROW(willingness_to_pay_range(0, 1e9, 1), InternalError);
}

TEST(DecisionTables, ThePlaneKeepsTheNamesOfDraws) {
  Psa psa = four_draws();
  DecisionQuestion question;
  question.willingness_to_pay = {1};
  question.plane = true;
  const auto draws = [&] { return decide(psa, question).plane.find("draw")->values; };
  EXPECT_THAT(std::get<std::vector<std::int64_t>>(draws()), testing::ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
  psa.draw_names = {"101", "205", "7", "-3"};
  EXPECT_THAT(std::get<std::vector<std::int64_t>>(draws()), testing::ElementsAre(101, 101, 205, 205, 7, 7, -3, -3));
  psa.draw_names = {"101", "0205", "7", "8"};
  EXPECT_THAT(std::get<std::vector<std::string>>(draws()),
              testing::ElementsAre("101", "101", "0205", "0205", "7", "7", "8", "8"));
}

TEST(DecisionTables, TheLargestAmountsStayFinite) {
  Psa psa = four_draws();
  psa.cost *= 0.999 * largest_amount / psa.cost.maxCoeff();
  psa.effect *= 0.999 * largest_amount / psa.effect.maxCoeff();
  DecisionQuestion question;
  question.willingness_to_pay = {0, 1, largest_amount};
  const Decision found = decide(psa, question);
  for (const char* column : {"nmb", "nmb_mcse", "inb", "inb_mcse", "ceac", "expected_loss", "evpi", "evpi_mcse"})
    for (const double value : numbers(found.willingness_to_pay, column)) EXPECT_TRUE(std::isfinite(value)) << column;
}

TEST(DecisionTables, AGroupWithoutParametersIsWorthNothingAndOneThatIsTooLargeIsMissing) {
  DecisionQuestion question;
  question.willingness_to_pay = {20000};
  question.evppi = {{}, {"dE", "dC"}};
  const std::vector<double> value = numbers(decide(gaussian_increments(3, 1), question).evppi, "evppi");
  EXPECT_EQ(value[0], 0);
  EXPECT_TRUE(std::isnan(value[1]));
}

// 0.1 + 0.2 - 0.3 is 5.6e-17: no ratio is made of it.
TEST(DecisionTables, NoRatioIsMadeOfRounding) {
  Psa psa;
  psa.strategies = {"A", "B"};
  psa.cost = Eigen::RowVector2d(100, 200);
  psa.effect = Eigen::RowVector2d(0.3, 0.1 + 0.2);
  DecisionQuestion question;
  question.willingness_to_pay = {20000};
  const Decision found = decide(psa, question);
  EXPECT_TRUE(std::isnan(numbers(found.strategies, "icer_reference")[1]));
  EXPECT_EQ(texts(found.strategies, "status")[1], "strongly dominated");
}

TEST(DecisionTables, RefuseWhatDoesNotFit) {
  DecisionQuestion question;
  question.willingness_to_pay = {1};
  Psa psa = four_draws();
  psa.cost(0, 0) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(decide(psa, question), InternalError);
  psa = four_draws();
  psa.reference = 3;
  EXPECT_THROW(decide(psa, question), InternalError);
  psa = four_draws();
  psa.strategies[2] = "A";
  EXPECT_THROW(decide(psa, question), InternalError);
  psa = four_draws();
  psa.effect(1, 1) = 1e61;
  EXPECT_THROW(decide(psa, question), InternalError);
  for (const double k :
       {-1.0, 1e61, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    question.willingness_to_pay = {k};
    EXPECT_THROW(decide(four_draws(), question), InternalError) << k;
  }
  question.willingness_to_pay.clear();
  EXPECT_THROW(decide(four_draws(), question), InternalError);
}

}  // namespace
}  // namespace vcohort
