#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/numeric/errors.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

/// Four visits, correlation .7, effect at every visit.
Study longitudinal(Dropout::Mechanism mechanism, double odds_ratio, std::int64_t replicates, double effect = 0.5) {
  Study study = normal_trial("t", 200, effect, replicates);
  DataModel& model = *study.data_model;
  model.visits_months = {0, 3, 6, 9, 12};
  model.correlation.assign(5, std::vector<double>(5, 0.7));
  for (std::size_t v = 0; v < 5; ++v) model.correlation[v][v] = 1;
  for (std::size_t a = 0; a < 2; ++a) {
    model.arms[a].mean.assign(5, a == 1 ? effect : 0.0);
    model.arms[a].mean[0] = 0;
    model.arms[a].sd.assign(5, 1.0);
  }
  Dropout dropout;
  dropout.months = {6, 12};
  dropout.share = {0.1, 0.3};
  dropout.mechanism = mechanism;
  dropout.odds_ratio_per_sd = odds_ratio;
  study.trial->dropout = dropout;
  return study;
}

TEST(DropOut, IntervalsMultiplyToTheCumulativeShares) {
  Dropout dropout;
  dropout.months = {6, 12, 24};
  dropout.share = {0.03, 0.06, 0.15};
  const std::vector<double> visits{3, 6, 12, 18, 24};
  const DropoutModel model(dropout, visits, 2);
  double staying = 1;
  const double lost[] = {1 - std::sqrt(0.97), 0.03, 0.06, 1 - 0.94 * std::sqrt(0.85 / 0.94), 0.15};
  for (std::size_t v = 0; v < visits.size(); ++v) {
    staying *= 1 - model.probability(v);
    EXPECT_NEAR(1 - staying, lost[v], 1e-14);
  }
}

Dropout at_rate(double per_month) {
  Dropout dropout;
  dropout.per_month = per_month;
  return dropout;
}

/// 1 - exp(-rate t) at every visit.
TEST(DropOut, OneHazardIsExponential) {
  constexpr double rate = 0.02;
  const std::vector<double> visits{3, 6, 12, 24};
  const DropoutModel model(at_rate(rate), visits, 2);
  double staying = 1;
  for (std::size_t v = 0; v < visits.size(); ++v) {
    staying *= 1 - model.probability(v);
    EXPECT_NEAR(1 - staying, 1 - std::exp(-rate * visits[v]), 1e-14);
    EXPECT_NEAR(model.hazard(1, v), rate, 1e-15);
  }
  EXPECT_NEAR(model.expected_share(0, {}), 1 - std::exp(-rate * 24), 1e-14);
  EXPECT_THROW(DropoutModel(at_rate(0), visits, 2), InternalError);
}

/// Kolmogorov-Smirnov at a level of 1e-5, 2.47 / sqrt(n), of the times that are not beyond the follow-up.
TEST(DropOut, TimesOfOneHazardAreExponential) {
  constexpr double rate = 0.03, follow_up = 40;
  const Dropout dropout = at_rate(rate);
  const DropoutModel model(dropout, ends_of_intervals(dropout, follow_up), 2);
  constexpr std::size_t n = 100'000;
  std::vector<std::uint64_t> patients(n);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  const std::vector<int> arm(n, 0);
  DropoutModel::Loss loss;
  model.lose(
      3, 1, patients, arm, [](std::size_t) { return nullptr; }, loss);
  std::sort(loss.months.begin(), loss.months.end());
  double distance = 0;
  for (std::size_t i = 0; i < n && std::isfinite(loss.months[i]); ++i) {
    ASSERT_LE(loss.months[i], follow_up);
    const double below = 1 - std::exp(-rate * loss.months[i]);
    distance = std::max({distance, below - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - below});
  }
  EXPECT_LT(distance, 2.47 / std::sqrt(static_cast<double>(n)));
  const auto stay = static_cast<double>(std::count(loss.months.begin(), loss.months.end(), INFINITY));
  EXPECT_NEAR(stay / n, std::exp(-rate * follow_up), mcse_allowed * binomial_se(std::exp(-rate * follow_up), n));
}

/// Odds ratios of arms change the hazard within an interval: 12 months at 0.2 lost, odds 3.
TEST(DropOut, OddsRatiosOfArmsAreHazardsWithin) {
  const std::vector<double> times{12};
  const DropoutModel model(Dropout{.months = {12}, .share = {0.2}, .arm_odds_ratio = {1, 3}}, times, 2);
  EXPECT_NEAR(model.hazard(0, 0), -std::log(0.8) / 12, 1e-15);
  EXPECT_NEAR(model.hazard(1, 0), -std::log(1 - 0.75 / 1.75) / 12, 1e-15);  // odds 0.25 x 3
}

TEST(DropOut, McarHitsTheShare) {
  const Table table = run(longitudinal(Dropout::Mechanism::mcar, 1, 1000));
  EXPECT_NEAR(number(table, "dropout_share"), 0.3, mcse_allowed * binomial_se(0.3, 200.0 * 1000));
  EXPECT_NEAR(number(table, "analysed"), 140, mcse_allowed * 200 * binomial_se(0.3, 200.0 * 1000));
  EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
}

/// Without an effect both arms lose the same patients, and the share is what was calibrated (to 0.3 points on 8,192
/// patients).
TEST(DropOut, MarAndMnarAreCalibrated) {
  for (const auto mechanism : {Dropout::Mechanism::mar, Dropout::Mechanism::mnar}) {
    const Table table = run(longitudinal(mechanism, 3, 1000, 0));
    EXPECT_NEAR(number(table, "dropout_share"), 0.3, 0.01);
    EXPECT_NEAR(number(table, "bias"), 0, mcse_allowed * number(table, "bias_mcse"));
  }
}

/// Those who do worse leave, more of them in the control arm, so that its completers look better and the effect of
/// completers is too small; a mixed model that sees the earlier visits is not biased under MAR.
TEST(DropOut, MarBiasesCompletersAndNotTheMixedModel) {
  Study study = longitudinal(Dropout::Mechanism::mar, 4, 2000, 1.5);
  AnalysisPlan mixed = analysis("mmrm");
  mixed.name = "mixed";
  mixed.adjust_by_visit = {"baseline"};
  study.trial->analyses.push_back(mixed);
  study.trial->analyses[0].change_from_baseline = true;
  const Table table = run(study);
  EXPECT_LT(number(table, "bias", 0), -mcse_allowed * number(table, "bias_mcse", 0));
  EXPECT_NEAR(number(table, "bias", 1), 0, mcse_allowed * number(table, "bias_mcse", 1));
  EXPECT_EQ(number(table, "failures", 1), 0);
}

TEST(DropOut, MnarBiasesTheMixedModelToo) {
  Study study = longitudinal(Dropout::Mechanism::mnar, 4, 2000, 1.5);
  study.trial->analyses[0].method = "mmrm";
  study.trial->analyses[0].adjust_by_visit = {"baseline"};
  const Table table = run(study);
  EXPECT_LT(number(table, "bias"), -mcse_allowed * number(table, "bias_mcse"));
}

/// The share is that of the reference arm at an odds ratio of 1. R, for changes of N(0, 1) and N(1, 1):
///   f <- function(a, m, o) integrate(function(z) plogis(a + log(o) - log(3) * z) * dnorm(z, m), -12, 12)$value
///   a <- uniroot(function(a) f(a, 0, 1) - .2, c(-10, 5))$root; f(a, 1, 1) # .0876; f(a, 1, 2) # .1503
TEST(DropOut, TheOtherArmLosesWhatItsOutcomesAndOddsMakeOfTheShare) {
  for (const auto& [odds, lost] : {std::pair(1.0, 0.087624004), std::pair(2.0, 0.150273424)}) {
    Study study = normal_trial("t", 400, 1, 1000);
    study.trial->dropout.emplace();
    study.trial->dropout->months = {12};
    study.trial->dropout->share = {0.2};
    study.trial->dropout->mechanism = Dropout::Mechanism::mnar;
    study.trial->dropout->odds_ratio_per_sd = 3;
    study.trial->dropout->arm_odds_ratio = {1, odds};
    const Table table = run(study);
    EXPECT_NEAR(number(table, "dropout_share"), (0.2 + lost) / 2, 0.006);
    const PreparedTrial prepared(study, no_evidence());
    EXPECT_NEAR(prepared.expected_dropout[0], 0.2, 1e-9);
    EXPECT_NEAR(prepared.expected_dropout[1], lost, 0.006);  // of 8,192 patients
  }
}

/// Of independent intervals: 1 - (1 - p)^2 = .36 for p = .2, of which odds of 3 make .75 / 1.75.
TEST(DropOut, ExpectedByOddsAlone) {
  Dropout dropout;
  dropout.months = {6, 12};
  dropout.share = {0.2, 0.36};
  dropout.arm_odds_ratio = {1, 3};
  const DropoutModel model(dropout, dropout.months, 2);
  EXPECT_NEAR(model.expected_share(0, {}), 0.36, 1e-12);
  EXPECT_NEAR(model.expected_share(1, {}), 1 - 1 / (1.75 * 1.75), 1e-12);
}

/// The share lost of many patients who all have this change at the deciding visit, by visit 2 of those who were there.
double share_lost(const DropoutModel& model, double change) {
  constexpr std::size_t n = 100000;
  std::vector<std::uint64_t> patients(n);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  const std::vector<int> arm(n, 0);
  const std::vector<double> changes(n, change);
  DropoutModel::Loss loss;
  model.lose(
      7, 0, patients, arm, [&](std::size_t) { return changes.data(); }, loss);
  double lost = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool gone = loss.visits_attended[i] < static_cast<int>(model.intervals());
    lost += gone;
    EXPECT_EQ(gone, std::isfinite(loss.months[i]));
    if (gone) {
      EXPECT_GT(loss.months[i], 6);
      EXPECT_LE(loss.months[i], 12);
    }
  }
  return lost / n;
}

/// Nobody is lost by month 6, half of the rest by month 12, with an odds ratio of 81 per SD.
DropoutModel half_lost(Dropout::Mechanism mechanism, const std::vector<std::vector<double>>& change) {
  Dropout dropout;
  dropout.months = {6, 12};
  dropout.share = {0, 0.5};
  dropout.mechanism = mechanism;
  dropout.odds_ratio_per_sd = 81;
  DropoutModel model(dropout, std::vector<double>{6, 12}, 1);
  model.calibrate(change);
  return model;
}

/// Changes of -1, 0 and 1 have an SD of 1 (their squares over n - 1), so that the odds of being lost are 81, 1 and 1/81
/// and half of all are lost. Under MAR it is the visit before that counts, with its expectation and SD; those of the
/// coming visit would make other odds.
TEST(DropOut, IsStandardisedByTheVisitThatDecides) {
  const std::vector<double> even{-1, 0, 1}, skew{10, 10, 13};
  for (const DropoutModel& model :
       {half_lost(Dropout::Mechanism::mar, {even, skew}), half_lost(Dropout::Mechanism::mnar, {skew, even})})
    for (const double change : {-1.0, 0.0, 1.0}) {
      const double odds = std::pow(81, -change), expected = odds / (1 + odds);
      EXPECT_NEAR(share_lost(model, change), expected, mcse_allowed * binomial_se(expected, 100000)) << change;
    }
}

TEST(DropOut, ArmsMayDiffer) {
  Study study = longitudinal(Dropout::Mechanism::mcar, 1, 1, 0);
  study.trial->dropout->arm_odds_ratio = {1, 3};
  study.trial->sample_size = {40000};
  const Trial trial(study, no_evidence());
  const Table data = trial.dataset(0, 40000);
  const auto& arm = std::get<std::vector<std::string>>(data.find("arm")->values);
  const auto& visit = std::get<std::vector<double>>(data.find("visit")->values);
  const auto& value = std::get<std::vector<double>>(data.find("value")->values);
  double lost[2] = {}, n[2] = {};
  for (std::size_t i = 0; i < arm.size(); ++i) {
    if (visit[i] != 12) continue;
    n[arm[i] == "active"] += 1;
    lost[arm[i] == "active"] += std::isnan(value[i]);
  }
  double staying = 1;  // odds of each of four intervals times three
  for (double until : {std::sqrt(0.9), 0.9, 0.9 * std::sqrt(0.7 / 0.9), 0.7}) {
    static double before = 1;
    const double p = 1 - until / before, odds = 3 * p / (1 - p);
    before = until;
    staying *= 1 / (1 + odds);
  }
  EXPECT_NEAR(lost[0] / n[0], 0.3, mcse_allowed * binomial_se(0.3, n[0]));
  EXPECT_NEAR(lost[1] / n[1], 1 - staying, mcse_allowed * binomial_se(staying, n[1]));
}

}  // namespace
}  // namespace vcohort::test
