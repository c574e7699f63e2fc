#include <gtest/gtest.h>

#include "engine/trial/closed_form_units.hpp"
#include "engine/trial/sample_size.hpp"
#include "engine/trial/sized_effect.hpp"
#include "tests/engine/trial/designs.hpp"
#include "tests/engine/trial/looks.hpp"

/// Trials whose units cross over or are clusters.
namespace vcohort::test {
namespace {

constexpr std::int64_t many = 20000;
constexpr double exact = 0;

Study crossover(std::int64_t patients, double effect, double rho, std::int64_t replicates = many) {
  Study study = normal_trial("crossover-t", patients, effect, replicates);
  DataModel& model = *study.data_model;
  model.visits_months = {1, 3};
  model.correlation = {{1, rho}, {rho, 1}};
  for (auto& arm : model.arms) {
    arm.mean = {arm.mean[0], arm.mean[0] + 0.4};  // an effect of the period
    arm.sd = {1, 1};
  }
  study.trial->analyses[0].visit_months = 3;
  study.trial->design = UnitDesign{UnitDesign::Kind::crossover, 0, 0, 0};
  return study;
}

Study clusters(const char* method, std::int64_t clusters, int size, double icc, double effect, double cv = 0,
               std::int64_t replicates = many) {
  Study study = normal_trial(method, clusters, effect, replicates);
  study.data_model->intracluster_correlation = icc;
  study.trial->design = UnitDesign{UnitDesign::Kind::cluster, size, cv, 0};
  return study;
}

Study shares(const char* method, std::int64_t number, int size, double icc, double reference, double active) {
  Study study = clusters(method, number, size, icc, 0);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->arms[0].share = {reference};
  study.data_model->arms[1].share = {active};
  return study;
}

Study wedge(std::int64_t number, int groups, int size, double icc, double effect, std::int64_t replicates = many) {
  Study study = clusters("stepped-wedge", number, size, icc, effect, 0, replicates);
  study.trial->design->kind = UnitDesign::Kind::stepped_wedge;
  study.trial->design->groups = groups;
  study.trial->randomisation.block = groups;
  DataModel& model = *study.data_model;
  model.visits_months.clear();
  for (auto& arm : model.arms) arm.mean.resize(1);
  for (int v = 0; v <= groups; ++v) model.visits_months.push_back(3.0 * (v + 1));
  for (auto& arm : model.arms) {
    const double mean = arm.mean[0];
    arm.mean.clear();
    for (int v = 0; v <= groups; ++v) arm.mean.push_back(mean + 0.3 * v);  // a trend
    arm.sd.assign(arm.mean.size(), 1);
  }
  study.trial->analyses[0].visit_months = model.visits_months.back();
  return study;
}

ClosedForm form_of(const Study& study) {
  return Trial(study, no_evidence()).closed_form(0, 0, study.trial->sample_size.front()).front();
}

/// The simulated power is the formula's, but for Monte Carlo error and what the formula is known to leave out; the
/// estimate has no bias, and intervals and standard errors are right where they are exact.
void expect_agreement(const Study& study, double left_out, double failures = 0) {
  const Table table = run(study);
  const ClosedForm form = form_of(study);
  ASSERT_NE(form.formula, "") << form.remark;
  EXPECT_NEAR(number(table, "power"), form.power, mcse_allowed * binomial_se(form.power, many) + left_out)
      << form.formula;
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
  EXPECT_NEAR(number(table, "coverage"), 0.95, mcse_allowed * number(table, "coverage_mcse") + left_out);
  EXPECT_LE(number(table, "failures"), failures);
  EXPECT_EQ(number(table, "true_value_mcse"), 0);
}

TEST(Units, PowerOfACrossover) {
  expect_agreement(crossover(24, 0.5, 0.6), exact);
  expect_agreement(crossover(24, 0.5, -0.3), exact);
  const Table null = run(crossover(8, 0, 0.8));
  EXPECT_NEAR(number(null, "power"), 0.05, mcse_allowed * binomial_se(0.05, many));
  EXPECT_EQ(number(null, "true_value"), 0);
}

/// Half of the difference of what is left of the arms, which the formula knows.
TEST(Units, CarryOverIsABias) {
  Study study = crossover(24, 0.5, 0.6);
  study.data_model->arms[1].carry_over = 0.4;
  const Table table = run(study);
  EXPECT_NEAR(number(table, "true_value"), 0.5, 1e-12);
  EXPECT_NEAR(number(table, "bias"), -0.2, mcse_allowed * number(table, "bias_mcse"));
  EXPECT_NEAR(number(table, "power"), form_of(study).power, mcse_allowed * binomial_se(0.4, many));
  study.data_model->arms[0].carry_over = 0.4;
  EXPECT_NEAR(number(run(study), "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
}

TEST(Units, WhoLeavesBetweenThePeriodsIsNotAnalysed) {
  Study study = crossover(40, 0.5, 0.6);
  study.trial->dropout.emplace();
  study.trial->dropout->months = {1, 3};
  study.trial->dropout->share = {0.05, 0.25};
  const Table table = run(study);
  EXPECT_NEAR(number(table, "analysed"), 30, mcse_allowed * std::sqrt(40 * 0.25 * 0.75 / many));
  // Numbers that vary give a little less power than expected ones.
  EXPECT_NEAR(number(table, "power"), form_of(study).power, mcse_allowed * binomial_se(0.8, many) + 0.01);
  EXPECT_EQ(form_of(study).remark, "expected numbers after drop-out");
}

/// Yes and no: the test of mean differences keeps its level.
TEST(Units, ACrossoverOfSharesKeepsItsLevel) {
  Study study = crossover(60, 0, 0.5);
  study.data_model->kind = OutcomeKind::binary;
  for (auto& arm : study.data_model->arms) arm.share = {0.3, 0.4};
  const Table table = run(study);
  EXPECT_NEAR(number(table, "power"), 0.05, mcse_allowed * binomial_se(0.05, many) + 0.004);
  EXPECT_EQ(form_of(study).formula, "");
}

TEST(Units, LooksOfACrossoverKeepTheLevel) {
  Study study = crossover(120, 0, 0.5);
  study.trial->accrual.pieces = {{0, 20}};
  study.trial->looks = three_looks();
  const Table table = tables_of(study).operating;
  EXPECT_NEAR(number(table, "power"), 0.05, mcse_allowed * binomial_se(0.05, many) + 0.003);  // t for z
}

/// PowerTOST: sampleN.TOST(CV, theta0 = 0.95, targetpower = 0.8) has 20, 28 and 40 patients.
TEST(Units, BioequivalenceNeedsThePublishedNumbers) {
  struct {
    double cv;
    std::int64_t n;
    double power;
  } const cases[] = {{0.2, 20, 0.834680}, {0.25, 28, 0.807439}, {0.3, 40, 0.815845}};
  for (const auto& of : cases) {
    constexpr double rho = 0.5;
    Study study = crossover(of.n, std::log(0.95), rho);
    for (auto& arm : study.data_model->arms) arm.sd.assign(2, std::sqrt(std::log(1 + of.cv * of.cv) / (1 - rho)));
    study.trial->sides = 1;
    study.trial->analyses[0].hypothesis = AnalysisPlan::Hypothesis::equivalence;
    study.trial->analyses[0].margin = std::log(1.25);
    const ClosedForm form = form_of(study);
    EXPECT_EQ(form.power, of.power);
    EXPECT_NEAR(number(run(study), "power"), of.power, mcse_allowed * binomial_se(of.power, many));
    const Trial trial(study, no_evidence());
    SampleSizeGoal goal;
    goal.power = 0.8;
    goal.multiple = sample_size_multiple(*study.trial);
    goal.smallest = 4;
    EXPECT_EQ(smallest_size_of(goal, [&](std::int64_t n) { return trial.closed_form(0, 0, n).front().power; }), of.n);
  }
}

TEST(Units, PowerOfClustersIsExactWhereTheyAreEqual) {
  expect_agreement(clusters("cluster-t", 16, 10, 0.1, 0.5), exact);
  expect_agreement(clusters("cluster-t-weighted", 16, 10, 0.1, 0.5), exact);
  Study unequal = clusters("cluster-t", 18, 10, 0.05, 0.5);
  unequal.trial->arms[1].ratio = 2;
  unequal.trial->randomisation.block = 3;
  expect_agreement(unequal, exact);
  // The estimated ratio of the variances is at times 0, which makes the test conservative.
  expect_agreement(clusters("cluster-mixed", 16, 10, 0.1, 0.5), 0.02);
}

TEST(Units, PowerOfUnequalClustersAndOfShares) {
  for (const char* method : {"cluster-t", "cluster-t-weighted", "cluster-mixed"}) {
    expect_agreement(clusters(method, 24, 12, 0.08, 0.45, 0.6), 0.03, 1);  // by chance the mixed model has no variation
    expect_agreement(shares(method, 24, 20, 0.05, 0.2, 0.35), 0.03, 2);  // by chance there is no variance of clusters
  }
}

/// Six clusters, a fifth of the variance between them: patients alone would reject in half of the trials.
TEST(Units, FewClustersKeepTheLevel) {
  for (const double cv : {0.0, 0.8})
    for (const char* method : {"cluster-t", "cluster-t-weighted", "cluster-mixed"}) {
      const double level = number(run(clusters(method, 6, 20, 0.2, 0, cv)), "power");
      EXPECT_LT(level, 0.05 + mcse_allowed * binomial_se(0.05, many) + (cv > 0 ? 0.015 : 0)) << method << ' ' << cv;
      EXPECT_GT(level, 0.03) << method << ' ' << cv;
    }
}

/// Hussey and Hughes (2007), equation 8, with a random intercept of variance tau^2.
double hussey_hughes(double clusters, int groups, double size, double icc) {
  const double periods = groups + 1, tau = icc, sigma = (1 - icc) / size, per_group = clusters / groups;
  double u = 0, v = 0, w = 0;
  for (int group = 1; group <= groups; ++group) {
    const double treated = periods - group;
    u += per_group * treated;
    v += per_group * treated * treated;
    w += per_group * group * per_group * group;  // treated clusters in period `group` + 1
  }
  return clusters * sigma * (sigma + periods * tau) /
         ((clusters * u - w) * sigma + (u * u + clusters * periods * u - periods * w - clusters * v) * tau);
}

TEST(Units, TheVarianceOfASteppedWedge) {
  for (const double icc : {0.0, 0.05, 0.4})
    for (const int groups : {2, 3, 6})
      EXPECT_NEAR(stepped_wedge_variance(12, groups, 20, 1, icc, 1), hussey_hughes(12, groups, 20, icc), 1e-12);
  EXPECT_GT(stepped_wedge_variance(12, 3, 20, 1, 0.1, 0.7), stepped_wedge_variance(12, 3, 20, 1, 0.1, 1));
  EXPECT_NEAR(stepped_wedge_variance(12, 3, 20, 2, 0.1, 1), 4 * stepped_wedge_variance(12, 3, 20, 1, 0.1, 1), 1e-12);
}

TEST(Units, PowerOfASteppedWedge) {
  // Tests with clusters - 2 degrees of freedom are conservative: most of the information lies within clusters.
  expect_agreement(wedge(24, 4, 10, 0.05, 0.3), 0.02);
  const Table null = run(wedge(12, 3, 5, 0.1, 0));
  EXPECT_LT(number(null, "power"), 0.05 + mcse_allowed * binomial_se(0.05, many));
  EXPECT_GT(number(null, "power"), 0.03);
  EXPECT_EQ(number(null, "imbalance"), 0);
  EXPECT_EQ(sample_size_multiple(*wedge(12, 3, 5, 0.1, 0).trial), 3);
}

/// A larger trial begins with the smaller one.
TEST(Units, SmallerTrialsAreTheBeginningOfLargerOnes) {
  for (Study study : {clusters("cluster-mixed", 12, 5, 0.1, 0.5, 0.5, 50), crossover(12, 0.5, 0.5, 50),
                      wedge(12, 3, 4, 0.1, 0.5, 50)}) {
    const Tables alone = tables_of(study);
    study.trial->sample_size = {12, 36};
    const Tables both = tables_of(study);
    for (std::size_t row = 0; row < 50; ++row)
      EXPECT_EQ(number(alone.rows, "estimate", row), number(both.rows, "estimate", 2 * row));
  }
}

TEST(Units, PowerOfMcNemarsTest) {
  Study study = two_arms("mcnemar", 60, many);
  study.trial->arms.resize(1);
  study.data_model->arms.resize(1);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->visits_months = {0, 12};
  study.data_model->correlation = {{1, 0.3}, {0.3, 1}};
  study.data_model->arms[0].share = {0.4, 0.6};
  study.trial->analyses[0].change_from_baseline = true;
  const Table table = run(study);
  const ClosedForm form = form_of(study);
  ASSERT_NE(form.formula, "") << form.remark;
  EXPECT_NEAR(number(table, "power"), form.power, mcse_allowed * binomial_se(form.power, many));
  EXPECT_NEAR(number(table, "true_value"), 0.2, 1e-12);
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
  study.data_model->arms[0].share = {0.4, 0.4};
  EXPECT_LT(number(run(study), "power"), 0.05);
}

}  // namespace
}  // namespace vcohort::test
