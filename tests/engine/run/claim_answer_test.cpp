#include "engine/run/claim_answer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/numeric/errors.hpp"
#include "engine/run/in_memory.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// What decides a claim, and what it rests on.
namespace vcohort {
namespace {

using namespace test;

TEST(Judge, AtTwoStandardErrors) {
  ClaimContrast contrast;
  contrast.matters = 0.5;
  EXPECT_EQ(judge(contrast, {1.0, 0.2}), ClaimVerdict::holds);
  EXPECT_EQ(judge(contrast, {1.0, 0.3}), ClaimVerdict::undecided);
  EXPECT_EQ(judge(contrast, {0.2, 0.1}), ClaimVerdict::vanishes);
  EXPECT_EQ(judge(contrast, {-0.2, 0.1}), ClaimVerdict::vanishes);
  EXPECT_EQ(judge(contrast, {-1.0, 0.2}), ClaimVerdict::reversed);
  EXPECT_EQ(judge(contrast, {std::nan(""), std::nan("")}), ClaimVerdict::vanishes);
  EXPECT_EQ(judge(contrast, {1.0, 0.25}), ClaimVerdict::undecided) << "at what matters, not beyond it";
  EXPECT_EQ(judge(contrast, {0.25, 0.125}), ClaimVerdict::vanishes) << "up to what matters";
  contrast.claimed_below = true;
  EXPECT_EQ(judge(contrast, {-1.0, 0.2}), ClaimVerdict::holds);
  EXPECT_EQ(judge(contrast, {1.0, 0.2}), ClaimVerdict::reversed);
  contrast.matters = 0;
  EXPECT_EQ(judge(contrast, {0.0, 0.0}), ClaimVerdict::vanishes);
}

TEST(Measured, ErrorsOfDifferencesAndShares) {
  EXPECT_DOUBLE_EQ(difference({3, 0.3}, {1, 0.4}, false).mcse, 0.5);
  EXPECT_DOUBLE_EQ(difference({3, 0.3}, {1, 0.4}, true).mcse, 0.7);
  const Measured part = share({1, 0.1}, {4, 0.2});
  EXPECT_DOUBLE_EQ(part.value, 0.25);
  EXPECT_DOUBLE_EQ(part.mcse, 0.25 * (0.1 / 1 + 0.2 / 4));
  EXPECT_TRUE(std::isnan(share({1, 0.1}, {0, 0}).value));
}

ClaimNumber number(const std::string& strategy, const std::string& stratum) {
  ClaimNumber result;
  result.column = "mean";
  result.strategy = strategy;
  result.stratum = stratum;
  result.endpoint = "gmfm66";
  result.visit_months = 12;
  return result;
}

Study genotype_study() {
  Study study;
  study.seed = seed;
  study.population = register_population();
  study.population.size = 20'000;
  study.strategies = {rehabilitation(), cells(Cell::msc, Route::intrathecal), cells(Cell::msc, Route::intrathecal, 4)};
  study.strategies[1].name = "once";
  study.strategies[2].name = "four times";
  study.outcomes = {{12}, {"gmfm66"}};
  StratumDimension carriers;
  carriers.variable = StratumDimension::Variable::genotype;
  carriers.groups = {{0}, {1}};
  carriers.names = {"non_carrier", "carrier"};
  study.stratifications = {{"strata", {carriers}}};
  study.cohort = CohortQuestion{};
  study.claim = Claim{"carriers gain more", {{"genotype.ratio", 1}}, {}};
  study.claim->contrasts.push_back({"carriers less others", number("four times", "genotype carrier"),
                                    number("four times", "genotype non_carrier"), false, 0.3});
  ClaimNumber paired = number("four times", "all");
  paired.reference = "once";
  study.claim->contrasts.push_back({"four against one", paired, std::nullopt, false, 0});
  return study;
}

double value(const Table& table, const char* column, std::size_t row) {
  return std::get<std::vector<double>>(table.find(column)->values)[row];
}
std::string text(const Table& table, const char* column, std::size_t row) {
  return std::get<std::vector<std::string>>(table.find(column)->values)[row];
}

TEST(ClaimAnswer, SaysWhatItRestsOn) {
  const Study study = genotype_study();
  const std::vector<Evidence> stances{stance("published"), stance("null")};
  const Table answer = answer_claim(study, stances, "genotype", 1);
  ASSERT_EQ(answer.rows(), 4u);
  EXPECT_EQ(text(answer, "answer", 0), "holds, assumption-driven");
  EXPECT_EQ(text(answer, "answer", 1), "vanishes");
  EXPECT_EQ(text(answer, "premises", 0), "genotype.ratio (assumed)");
  EXPECT_EQ(text(answer, "answer", 2), "holds, with neutral premises too");
  // With the ratio at one carriers are like others: zero within 4.5 errors.
  EXPECT_LT(std::fabs(value(answer, "neutral_value", 0)), 4.5 * value(answer, "neutral_mcse", 0));
  EXPECT_EQ(value(answer, "value", 1), 0);
}

TEST(ClaimAnswer, IsTheNumberOfTheResult) {
  Study study = genotype_study();
  const std::vector<Evidence> stances{stance("published")};
  const Table answer = answer_claim(study, stances, "genotype", 1);
  study.cohort->reference = 1;
  for (const Table& table : run_in_memory(Plan(study, stances), 1)) {
    if (table.path != "/cohort/increments") continue;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (text(table, "strategy", row) != "four times" || text(table, "stratum", row) != "all") continue;
      EXPECT_EQ(value(answer, "value", 1), value(table, "mean", row));
      EXPECT_EQ(value(answer, "mcse", 1), value(table, "mcse", row));
    }
  }
}

TEST(ClaimAnswer, ThreadsDoNotMatter) {
  const std::vector<Evidence> stances{stance("published")};
  const Table one = answer_claim(genotype_study(), stances, "x", 1),
              three = answer_claim(genotype_study(), stances, "x", 3);
  for (std::size_t row = 0; row < one.rows(); ++row) EXPECT_EQ(value(one, "value", row), value(three, "value", row));
}

TEST(ClaimAnswer, RefusesWhatTheResultDoesNotHave) {
  const std::vector<Evidence> stances{stance("published")};
  Study study = genotype_study();
  study.claim->contrasts.front().of.stratum = "giants";
  EXPECT_THROW(answer_claim(study, stances, "x", 1), InvalidInput);
  study = genotype_study();
  study.claim->contrasts.front().of.column = "height";
  EXPECT_THROW(answer_claim(study, stances, "x", 1), InvalidInput);
  study.claim.reset();
  EXPECT_THROW(answer_claim(study, stances, "x", 1), InternalError);
}

}  // namespace
}  // namespace vcohort
