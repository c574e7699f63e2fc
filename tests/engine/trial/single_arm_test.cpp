#include <gtest/gtest.h>

#include "engine/trial/sample_size.hpp"
#include "engine/trial/sized_effect.hpp"
#include "tests/engine/trial/looks.hpp"

/// Trials of one arm against a fixed value. Numbers of shares are enumerated in R:
///
///   critical <- function(n, p0, alpha) { k <- 0:(n + 1); min(k[pbinom(k - 1, n, p0, lower.tail = FALSE) <= alpha]) }
///   power <- function(n, p0, p1, alpha) pbinom(critical(n, p0, alpha) - 1, n, p1, lower.tail = FALSE)
namespace vcohort::test {
namespace {

constexpr std::int64_t many = 40000;

Study one_arm(const std::string& method, std::int64_t sample_size, double against, std::int64_t replicates = many) {
  Study study = two_arms(method, sample_size, replicates);
  study.trial->arms.resize(1);
  study.trial->arms[0].name = "treated";
  study.trial->analyses[0].against = against;
  study.data_model->arms.resize(1);
  study.data_model->arms[0].name = "treated";
  return study;
}

Study share_trial(std::int64_t sample_size, double against, double share, std::int64_t replicates = many) {
  Study study = one_arm("exact-binomial", sample_size, against, replicates);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->arms[0].share = {share};
  return study;
}

Study one_sided(Study study, double alpha) {
  study.trial->sides = 1;
  study.trial->alpha = alpha;
  return study;
}

Study mean_trial(std::int64_t sample_size, double against, double mean) {
  Study study = one_arm("one-sample-t", sample_size, against);
  study.data_model->arms[0].mean = {mean};
  study.data_model->arms[0].sd = {1};
  return study;
}

void expect_share(const Table& table, const char* column, double share, std::size_t row = 0) {
  EXPECT_NEAR(number(table, column, row), share, mcse_allowed * binomial_se(share, number(table, "replicates", row)))
      << column;
}

TEST(SingleArm, PowerOfTheExactTestIsTheEnumeratedOne) {
  struct {
    std::int64_t n;
    double against, share, alpha, power;
  } const cases[] = {
      {27, 0.05, 0.2, 0.05, 0.8177166537612318}, {27, 0.05, 0.05, 0.05, 0.04373594529051943},
      {25, 0.1, 0.3, 0.05, 0.8065115579119352},  {25, 0.1, 0.1, 0.05, 0.03339994461149525},
      {28, 0.1, 0.3, 0.05, 0.7798303},           {49, 0.4, 0.6, 0.025, 0.801811773042418},
  };
  for (const auto& of : cases) {
    const Table table = run(one_sided(share_trial(of.n, of.against, of.share), of.alpha));
    expect_share(table, "power", of.power);
    EXPECT_EQ(number(table, "failures"), 0);
    EXPECT_NEAR(number(table, "true_value"), of.share - of.against, 1e-12);
    EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
    EXPECT_GE(number(table, "coverage"), 1 - 2 * of.alpha - mcse_allowed * number(table, "coverage_mcse"));
    EXPECT_EQ(number(table, "analysed"), static_cast<double>(of.n));
    EXPECT_EQ(number(table, "imbalance"), 0);
  }
}

/// sum(dbinom(0:40, 40, p1)[sapply(0:40, function(x) binom.test(x, 40, 0.2)$p.value <= 0.05)])
TEST(SingleArm, TwoSidesRejectInBothDirections) {
  const Table alternative = run(share_trial(40, 0.2, 0.4)), null = run(share_trial(40, 0.2, 0.2));
  expect_share(alternative, "power", 0.7888442120807949);
  expect_share(null, "power", 0.04786946338839301);
  expect_share(null, "assurance", 0.0194073689286485);
}

/// k <- 0:30; critical <- max(k[pbinom(k, 30, 0.4) <= 0.05]); pbinom(critical, 30, 0.2)
TEST(SingleArm, FewerMayBeBetter) {
  Study study = one_sided(share_trial(30, 0.4, 0.2), 0.05);
  study.data_model->lower_is_better = true;
  expect_share(run(study), "power", 0.7607906186989566);
}

/// sum(sapply(0:40, function(m) dbinom(m, 40, 0.8) * power(m, 0.1, 0.3, 0.05)))
TEST(SingleArm, WhoDropsOutIsNotAnalysed) {
  Study study = one_sided(share_trial(40, 0.1, 0.3), 0.05);
  study.trial->dropout.emplace();
  study.trial->dropout->months = {12};
  study.trial->dropout->share = {0.2};
  const Table table = run(study);
  expect_share(table, "power", 0.8729626978736027);
  EXPECT_NEAR(number(table, "analysed"), 32, mcse_allowed * std::sqrt(40 * 0.8 * 0.2 / many));
}

/// power.t.test(n, delta, sd = 1, type = "one.sample", strict = TRUE); with one side alternative = "one.sided"
TEST(SingleArm, PowerOfTheOneSampleT) {
  expect_share(run(mean_trial(30, 1.5, 2)), "power", 0.7539647157438519);
  expect_share(run(one_sided(mean_trial(12, -0.3, 0.5), 0.025)), "power", 0.7136569728381609);
  const Table null = run(mean_trial(9, 1.5, 1.5));
  expect_share(null, "power", 0.05);
  expect_share(null, "coverage", 0.95);
}

TEST(SingleArm, TheTrueValueIsADifferenceFromTheFixedOne) {
  Study study = normal_trial_with_baseline("one-sample-t", 30, 0.5, 0.6, 1000);
  study.trial->arms.erase(study.trial->arms.begin());  // the second arm of the data model
  AnalysisPlan& plan = study.trial->analyses[0];
  plan.against = 0.2;
  EXPECT_NEAR(number(run(study), "true_value"), 0.3, 1e-12);
  for (auto& arm : study.data_model->arms) arm.mean.front() = 0.25;
  plan.change_from_baseline = true;
  const Table change = run(study);
  EXPECT_NEAR(number(change, "true_value"), 0.05, 1e-12);
  EXPECT_NEAR(number(change, "bias"), 0, mcse_allowed * number(change, "bias_mcse"));
  // pnorm((0.25 - 0.5) / sqrt(2 - 2 * 0.6)): who gains 0.5 of an expected 0.25
  plan = analysis("exact-binomial");
  plan.against = 0.2;
  plan.responder_threshold = 0.5;
  const Table responders = run(study);
  EXPECT_NEAR(number(responders, "true_value"), 0.3899273 - 0.2, mcse_allowed * binomial_se(0.39, TrueValues::twins));
  EXPECT_NEAR(number(responders, "bias"), 0, mcse_allowed * number(responders, "bias_mcse"));
  // Rescued patients gain a point, which twins know.
  plan = analysis("one-sample-t");
  plan.against = 0.2;
  plan.change_from_baseline = true;
  IntercurrentEvent& rescue = study.trial->intercurrent.emplace_back();
  rescue.kind = IntercurrentEvent::Kind::rescue;
  rescue.share = 0.5;
  rescue.effect = 1;
  const Table rescued = run(study);
  EXPECT_NEAR(number(rescued, "true_value"), 0.05 + 0.5, mcse_allowed * number(rescued, "true_value_mcse"));
  EXPECT_NEAR(number(rescued, "bias"), 0, mcse_allowed * number(rescued, "bias_mcse"));
}

TEST(SingleArm, CategoriesCountFromOne) {
  Study study = one_arm("one-sample-t", 40, 2.5, 2000);
  study.data_model->kind = OutcomeKind::ordinal;
  study.data_model->arms[0].share = {0.1, 0.2, 0.3, 0.4};
  const Table table = run(study);
  EXPECT_NEAR(number(table, "true_value"), 0.5, 1e-12);
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
}

TEST(SingleArm, NothingIsDrawnToAllocate) {
  Study study = share_trial(25, 0.1, 0.3, 50);
  const Tables block = tables_of(study);
  study.trial->randomisation.method = Randomisation::Method::urn;
  const Tables urn = tables_of(study);
  for (std::size_t row = 0; row < 50; ++row) {
    EXPECT_EQ(number(block.rows, "estimate", row), number(urn.rows, "estimate", row));
    EXPECT_EQ(number(block.rows, "n_arm", row), 25);
    EXPECT_EQ(number(block.rows, "n_reference", row), 0);
    EXPECT_EQ(number(block.rows, "n_analysed", row), 25);
  }
}

/// d <- getDesignGroupSequential(kMax = 2, alpha = 0.025, sided = 1, typeOfDesign = "OF"); getPowerMeans(d, groups = 1,
/// alternative = 0.3, stDev = 1, maxNumberOfSubjects = 100, thetaH0 = 0) of rpact: 0.84127, for which t at a look is
/// normal.
TEST(SingleArm, LooksEndItEarly) {
  Study study = one_sided(accruing(mean_trial(100, 1, 1.3), 0.5), 0.025);  // nobody in the pipeline
  study.trial->looks.emplace();
  study.trial->looks->information = {0.5, 1};
  study.trial->looks->efficacy.boundary = Boundary::obrien_fleming;
  const Table table = tables_of(study).operating;
  constexpr double approximate = 0.003;
  EXPECT_NEAR(number(table, "power"), 0.8412673473, approximate + mcse_allowed * binomial_se(0.84, many));
  // 100 - 50 * pt(qt(pnorm(2.79650968147), 49), 49, 0.3 * sqrt(50), lower.tail = FALSE)
  EXPECT_NEAR(number(table, "expected_sample_size"), 88.80471,
              mcse_allowed * number(table, "expected_sample_size_mcse"));
  study.data_model->arms[0].mean = {1};
  EXPECT_NEAR(number(tables_of(study).operating, "power"), 0.025, mcse_allowed * binomial_se(0.025, many));
  Study share = one_sided(accruing(share_trial(60, 0.2, 0.2)), 0.05);
  share.trial->looks = study.trial->looks;
  EXPECT_LE(number(tables_of(share).operating, "power"), 0.05);
}

/// The smallest exact single-stage designs of A'Hern (2001), and by enumeration: the first size that reaches the power,
/// and the one from which all do. No smaller size is nearer to the power than 0.0046, five Monte Carlo standard errors.
TEST(SingleArm, SizesAreThoseOfExactDesigns) {
  struct {
    double against, share, power;
    std::int64_t first, from_all;
  } const cases[] = {{0.05, 0.2, 0.8, 27, 33},
                     {0.1, 0.3, 0.8, 25, 29},
                     {0.2, 0.4, 0.8, 35, 38},
                     {0.05, 0.25, 0.8, 16, 21},
                     {0.2, 0.35, 0.9, 77, 83}};
  for (const auto& of : cases) {
    const Trial trial(one_sided(share_trial(50, of.against, of.share), 0.05), no_evidence());
    const auto count = [&](std::int64_t n, std::int64_t from, std::int64_t to) {
      return trial.count_rejections(n, from, to);
    };
    SampleSizeGoal goal;
    goal.power = of.power;
    goal.multiple = sample_size_multiple(*one_arm("exact-binomial", 50, 0.1).trial);
    EXPECT_EQ(goal.multiple, 1);
    goal.confirmation_replicates = 100'000;
    goal.first = true;
    const SampleSizeAnswer first = find_sample_size(goal, count);
    EXPECT_EQ(first.sample_size, of.first) << of.against;
    goal.first = false;
    goal.sawtooth = true;
    const SampleSizeAnswer smallest = find_sample_size(goal, count);
    EXPECT_EQ(smallest.sample_size, of.from_all) << of.against;
  }
}

TEST(SingleArm, TheEffectInWords) {
  const Study study = share_trial(25, 0.1, 0.3, 10);
  const Trial trial(study, no_evidence());
  EXPECT_EQ(sized_effect(trial, 0, 0).words, "true share 0.3 against 0.1");
  EXPECT_EQ(trial.prepared().protocol.name_of_contrast(0, study.trial->analyses[0]), "treated - 0.1");
  const SizedEffect null = sized_effect(Trial(share_trial(25, 0.3, 0.3, 10), no_evidence()), 0, 0);
  EXPECT_EQ(null.standing, Standing::null);
  const SizedEffect wrong = sized_effect(Trial(mean_trial(25, 0.5, 0.2), no_evidence()), 0, 0);
  EXPECT_EQ(wrong.standing, Standing::wrong_direction);
  EXPECT_EQ(wrong.words, "true mean 0.2 against 0.5, SD 1");
}

}  // namespace
}  // namespace vcohort::test
