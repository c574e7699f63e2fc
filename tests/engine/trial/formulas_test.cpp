#include "engine/trial/closed_form.hpp"

#include <gtest/gtest.h>

#include "tests/engine/trial/designs.hpp"
#include "tests/engine/trial/looks.hpp"

/// Formulas beside the simulation of the same study. The formulas themselves are held against numbers from elsewhere in
/// tests/engine/analysis/power_formulas_test.cpp.
namespace vcohort::test {
namespace {

constexpr std::int64_t many = 40000, few = 10000;
constexpr double exact = 0;

/// The simulated power differs by Monte Carlo error and what the formula is known to leave out.
void expect_agreement(const Study& study, double left_out, const std::string& source) {
  const Trial trial(study, no_evidence());
  const std::int64_t size = study.trial->sample_size.front();
  const ClosedForm form = trial.closed_form(0, 0, size).front();
  EXPECT_EQ(form.source, source) << form.remark;
  const double simulated = number(run(trial), "power");
  EXPECT_NEAR(simulated, form.power,
              mcse_allowed * binomial_se(form.power, static_cast<double>(study.trial->replicates)) + left_out)
      << source;
}

std::string why_none(const Study& study) {
  const ClosedForm form = Trial(study, no_evidence()).closed_form(0, 0, study.trial->sample_size.front()).front();
  EXPECT_EQ(form.formula, "");
  return form.remark;
}

TEST(Formulas, OfMeansAreExact) {
  expect_agreement(normal_trial("t", 60, 0.7, many), exact, "Julious 2004");
  Study unequal = normal_trial("t", 60, 0.7, many);
  unequal.trial->arms[1].ratio = 2;
  unequal.trial->randomisation.block = 3;
  expect_agreement(unequal, exact, "Julious 2004");
  Study margin = normal_trial("t", 60, -0.1, many);
  margin.trial->analyses[0].hypothesis = AnalysisPlan::Hypothesis::non_inferiority;
  margin.trial->analyses[0].margin = 0.8;
  expect_agreement(margin, exact, "Julious 2004");
  Study lower = normal_trial("t", 60, -0.7, many);
  lower.data_model->lower_is_better = true;
  lower.trial->sides = 1;
  lower.trial->alpha = 0.025;
  expect_agreement(lower, exact, "Julious 2004");
  Study change = normal_trial_with_baseline("t", 60, 0.6, 0.7, many);
  change.trial->analyses[0].change_from_baseline = true;
  expect_agreement(change, exact, "Julious 2004");
  Study covariate = normal_trial_with_baseline("ancova", 16, 1.2, 0.6, many);
  covariate.trial->analyses[0].adjust = {"baseline"};
  // A noncentral t whose variance is itself random: less than half a percent.
  expect_agreement(covariate, 0.005, "Borm, Fransen and Lemmens 2007");
}

TEST(Formulas, OfWelchsTest) {
  Study study = normal_trial("welch", 60, 0.9, many);
  study.data_model->arms[1].sd = {1.6};
  expect_agreement(study, 0.005, "Moser, Stevens and Watts 1989");
}

/// Drop-out leaves numbers that vary; the formula has the expected ones.
TEST(Formulas, CountWhoIsLost) {
  Study study = normal_trial("t", 100, 0.6, many);
  study.trial->dropout = Dropout{};
  study.trial->dropout->months = {12};
  study.trial->dropout->share = {0.3};
  expect_agreement(study, 0.005, "Julious 2004");
  study.trial->dropout->arm_odds_ratio = {1, 2};
  expect_agreement(study, 0.005, "Julious 2004");
}

Study shares(const std::string& method, std::int64_t size, double reference, double active) {
  Study study = two_arms(method, size, many);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->arms[0].share = {reference};
  study.data_model->arms[1].share = {active};
  return study;
}

TEST(Formulas, OfShares) {
  expect_agreement(shares("fisher", 60, 0.2, 0.5), exact, "exact");
  expect_agreement(shares("chi-square", 400, 0.3, 0.45), 0.01, "Fleiss, Tytun and Ury 1980");
  Study margin = shares("risk-difference", 500, 0.7, 0.7);
  margin.trial->analyses[0].hypothesis = AnalysisPlan::Hypothesis::non_inferiority;
  margin.trial->analyses[0].margin = 0.1;
  expect_agreement(margin, 0.015, "Farrington and Manning 1990");
  Study lower = shares("fisher", 60, 0.5, 0.2);
  lower.data_model->lower_is_better = true;
  lower.trial->sides = 1;
  lower.trial->alpha = 0.025;
  expect_agreement(lower, exact, "exact");
}

TEST(Formulas, OfRanks) {
  expect_agreement(normal_trial("wilcoxon", 200, 0.4, few), 0.01, "Noether 1987");
  Study ordinal = two_arms("wilcoxon", 200, few);
  ordinal.data_model->kind = OutcomeKind::ordinal;
  ordinal.data_model->arms[0].share = {0.3, 0.4, 0.3};
  ordinal.data_model->arms[1].share = {0.2, 0.35, 0.45};
  expect_agreement(ordinal, 0.015, "Zhao, Rahardja and Qu 2008");
  expect_agreement(normal_trial("win-ratio", 300, 0.35, few), 0.02, "Yu and Ganju 2022");
}

/// Of 60 and 40 % of the patients, with odds of 1 to 4 and twice as much under treatment; marginal and conditional.
TEST(Formulas, OfSharesInStrata) {
  Study study = shares("cmh", 320, 0.2, 1.0 / 3);
  DataCovariate severity;
  severity.name = "severity";
  severity.kind = DataCovariate::Kind::binary;
  severity.levels = {"mild", "severe"};
  severity.shares = {0.6, 0.4};
  severity.effect = {0, std::log(4)};
  study.data_model->covariates = {severity};
  study.data_model->arm_numbers = ArmNumbers::conditional;
  study.trial->randomisation.stratify = {"severity"};
  study.trial->analyses[0].stratify = {"severity"};
  expect_agreement(study, 0.01, "Woolson, Bean and Rojas 1986");
  study.data_model->arm_numbers = ArmNumbers::marginal;
  expect_agreement(study, 0.01, "Woolson, Bean and Rojas 1986");
  study.data_model->covariates[0].interaction = {{}, {0, -0.5}};
  expect_agreement(study, 0.01, "Woolson, Bean and Rojas 1986");
}

/// R: 0.786690 by the variance under the effect.
TEST(Formulas, OfWinsOfCategories) {
  Study study = two_arms("win-ratio", 300, few);
  study.data_model->kind = OutcomeKind::ordinal;
  study.data_model->arms[0].share = {0.7, 0.2, 0.1};
  study.data_model->arms[1].share = {0.55, 0.27, 0.18};
  expect_agreement(study, 0.01, "Bebu and Lachin 2016");
  const std::vector<ClosedForm> forms = Trial(study, no_evidence()).closed_form(0, 0, 300);
  ASSERT_EQ(forms.size(), 2u);
  EXPECT_EQ(forms[1].source, "Yu and Ganju 2022");
  EXPECT_NEAR(forms[0].power, 0.786690, 1e-6);
}

Study times(double ratio) {
  Study study = two_arms("logrank", 300, few);
  study.data_model->visits_months.clear();
  study.data_model->kind = OutcomeKind::survival;
  study.data_model->follow_up_months = 24;
  study.data_model->arms[0].hazard = {0.05};
  study.data_model->arms[1].hazard = {0.05 * ratio};
  return study;
}

TEST(Formulas, OfTimesToAnEvent) {
  expect_agreement(times(0.7), 0.015, "Schoenfeld 1981");
  Study final = times(0.7);
  final.trial->accrual.pieces = {{0, 20}};
  final.trial->final = FinalAnalysis{};
  final.trial->final->events = 150;
  expect_agreement(final, 0.015, "Schoenfeld 1981");
  Study changing = times(0.7);
  changing.data_model->arms[1].hazard = {0.05, 0.02};
  changing.data_model->arms[1].hazard_from_months = {0, 6};
  EXPECT_EQ(why_none(changing), "the hazards are not proportional");
}

Study equivalent(Study study, double margin) {
  study.trial->sides = 1;
  study.trial->analyses[0].hypothesis = AnalysisPlan::Hypothesis::equivalence;
  study.trial->analyses[0].margin = margin;
  return study;
}

/// Effects a little off the middle, so that the two tests differ.
TEST(Formulas, OfTwoOneSidedTests) {
  expect_agreement(equivalent(normal_trial("t", 40, 0.1, many), 0.9), exact, "Phillips 1990");
  expect_agreement(equivalent(normal_trial("t", 12, 0, many), 1.1), exact, "Phillips 1990");
  expect_agreement(equivalent(normal_trial("welch", 60, -0.1, many), 0.8), 0.005, "Phillips 1990");
  expect_agreement(equivalent(normal_trial_with_baseline("ancova", 60, 0.1, 0.6, many), 0.7), exact, "Phillips 1990");
  expect_agreement(equivalent(shares("risk-difference", 300, 0.3, 0.32), 0.18), 0.02, "Farrington and Manning 1990");
  Study lower = equivalent(shares("risk-difference", 300, 0.3, 0.32), 0.18);
  lower.data_model->lower_is_better = true;
  expect_agreement(lower, 0.02, "Farrington and Manning 1990");
  expect_agreement(equivalent(times(0.95), 0.5), 0.02, "Schoenfeld 1981");
  expect_agreement(equivalent(normal_trial("win-ratio", 300, 0.05, few), 0.5), 0.02, "Yu and Ganju 2022");
}

TEST(Formulas, OfCounts) {
  Study study = two_arms("negative-binomial", 300, few);
  study.data_model->visits_months.clear();
  study.data_model->kind = OutcomeKind::count;
  study.data_model->follow_up_months = 12;
  for (auto& arm : study.data_model->arms) arm.dispersion = 0.6;
  study.data_model->arms[0].rate = 0.2;
  study.data_model->arms[1].rate = 0.14;
  expect_agreement(study, 0.015, "Zhu and Lakkis 2014");
}

TEST(Formulas, OfRepeatedMeasures) {
  Study study = normal_trial_with_baseline("mmrm", 160, 0.4, 0.6, few);
  study.data_model->visits_months = {0, 6, 12};
  study.data_model->correlation = {{1, 0.7, 0.5}, {0.7, 1, 0.7}, {0.5, 0.7, 1}};
  for (auto& arm : study.data_model->arms) arm.sd = {1, 1.2, 1.4};
  study.data_model->arms[0].mean = {0, 0, 0};
  study.data_model->arms[1].mean = {0, 0.2, 0.6};
  study.trial->analyses[0].adjust_by_visit = {"baseline"};
  study.trial->dropout = Dropout{};
  study.trial->dropout->months = {6, 12};
  study.trial->dropout->share = {0.1, 0.3};
  expect_agreement(study, 0.015, "Lu, Luo and Chen 2008");
}

TEST(Formulas, OfLooks) {
  expect_agreement(normal_looks(0.25, many), 0.01, "Julious 2004; Armitage, McPherson and Rowe 1969");
}

/// A day that ends the trial, looks that do not come at planned numbers, a third arm with another SD, coefficients that
/// are not by visit, a second dispersion, numbers that drop-out leaves to chance.
TEST(Formulas, AreNotGivenForWhatTheyDoNotCover) {
  Study study = normal_trial("t", 60, 0.7, 100);
  study.trial->final = FinalAnalysis{};
  study.trial->final->months = 14;
  EXPECT_EQ(why_none(study), "a day ends the trial before everybody has been followed");
  study = normal_looks(0.25, 100);
  study.trial->looks->timing = Looks::Timing::months;
  study.trial->looks->maximum = 12;
  EXPECT_EQ(why_none(study), "its looks do not come at planned numbers of patients or events");
  study = normal_trial_with_baseline("mmrm", 160, 0.4, 0.6, 100);
  study.trial->analyses[0].adjust = {"baseline"};
  EXPECT_EQ(why_none(study), "the formula has coefficients by visit (adjust_by_visit)");
  study.trial->analyses[0].adjust.clear();
  study.data_model->arms.push_back(study.data_model->arms[0]);
  study.data_model->arms[2].name = "third";
  study.data_model->arms[2].sd = {1, 2};
  study.trial->arms.push_back({"third", 2, 1, {}, 0});
  study.trial->randomisation.block = 3;
  study.trial->sample_size = {150};
  EXPECT_EQ(why_none(study), "one covariance is assumed, and the arms have several");
  study = shares("fisher", 60, 0.2, 0.5);
  study.trial->dropout = Dropout{};
  study.trial->dropout->months = {12};
  study.trial->dropout->share = {0.5};
  EXPECT_EQ(why_none(study), "tables are enumerated for fixed numbers of up to 500 patients an arm");
  study = normal_trial("win-ratio", 60, 0.7, 100);
  study.data_model->arms[1].sd = {2};
  EXPECT_EQ(why_none(study), "one variance is assumed, and the arms have several");
}

/// Recorded to whole numbers, of an SD of one.
TEST(Formulas, KnowWhatIsRecorded) {
  Study study = normal_trial_with_baseline("ancova", 60, 0.6, 0.6, many);
  study.trial->analyses[0].adjust = {"baseline"};
  study.data_model->decimals = 0;
  expect_agreement(study, 0.01, "Borm, Fransen and Lemmens 2007");
  study.trial->analyses[0] = analysis("t");
  study.trial->analyses[0].change_from_baseline = true;
  expect_agreement(study, 0.01, "Julious 2004");
}

TEST(Formulas, HaveNoValueFarBeyondSense) {
  EXPECT_EQ(Trial(normal_trial("t", 60, 1e9, 100), no_evidence()).closed_form(0, 0, 60).front().power, 1);
}

TEST(Formulas, SayWhyThereIsNone) {
  Study study = normal_trial("t", 60, 0.7, 100);
  study.data_model->arms[1].sd = {2};
  EXPECT_EQ(why_none(study), "the t-test assumes one variance, and the arms have two");
  study = times(0.7);
  study.data_model->arms[1].hazard = {0};
  EXPECT_EQ(why_none(study), "an arm has a hazard of 0, and no events");
  study = normal_trial("bayes", 60, 0.7, 100);
  EXPECT_EQ(why_none(study), "no formula is built in for bayes");
}

}  // namespace
}  // namespace vcohort::test
