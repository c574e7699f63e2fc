#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "engine/numeric/errors.hpp"
#include "engine/policy/research/value_of_trial.hpp"

/// The value of simulated trials where it is known: tests/oracles/policy/sampling_value.py.
namespace vcohort::test {
namespace {

constexpr double mcse_allowed = 4.5;
constexpr double willingness = 20000, cost = 1500, prior_mean = 0.1, prior_sd = 0.2, outcome_sd = 1;
constexpr double evpi = 1358.21986019;  // of theta, all that is unknown

struct Normals {
  std::mt19937_64 engine;
  std::normal_distribution<double> normal;
  explicit Normals(std::uint64_t seed) : engine(seed) {}
  Eigen::VectorXd draw(Eigen::Index n) {
    return Eigen::VectorXd::NullaryExpr(n, [this] { return normal(engine); });
  }
};

/// A reference that costs and achieves nothing, and a strategy; the noise of its patients stays in the draws.
Psa two_strategies(Eigen::Index draws, std::uint64_t seed, double patient_noise = 0) {
  Psa psa;
  psa.strategies = {"reference", "cells"};
  psa.cost = Eigen::MatrixXd::Zero(draws, 2);
  psa.effect = Eigen::MatrixXd::Zero(draws, 2);
  psa.cost.col(1).setConstant(cost);
  Normals normals(seed);
  psa.effect.col(1) = (prior_mean + prior_sd * normals.draw(draws).array()).matrix();
  psa.parameter_values = psa.effect.col(1);
  psa.parameters = {"theta"};
  psa.effect.col(1) += patient_noise * normals.draw(draws);
  return psa;
}

TrialFindings trials_of(const Psa& psa, double patients, std::uint64_t seed) {
  TrialFindings found;
  const double se = outcome_sd / std::sqrt(patients);
  found.estimate = psa.parameter_values + se * Normals(seed).draw(psa.draws());
  return found;
}

struct Known {
  double patients, value;
};
constexpr Known closed_forms[] = {
    {1, 124.457547212}, {10, 626.19228165}, {25, 895.964320797}, {100, 1191.2151205}, {400, 1310.95633044}};

TEST(ValueOfTrial, RegressionFindsTheClosedForm) {
  const Psa psa = two_strategies(8000, 1);
  for (const Known& known : closed_forms) {
    const SampleInformation found =
        value_of_trial(willingness, psa, expect_by_regression(psa, trials_of(psa, known.patients, 2)), evpi);
    EXPECT_NEAR(found.raw, known.value, mcse_allowed * found.mcse) << known.patients;
    EXPECT_EQ(found.value, std::clamp(found.raw, 0.0, evpi));
    EXPECT_EQ(found.best, 1);
  }
}

TEST(ValueOfTrial, PatientsOfTheDrawsAreAveragedOut) {
  const Psa psa = two_strategies(8000, 3, 0.5);  // more noise than knowledge
  const SampleInformation found =
      value_of_trial(willingness, psa, expect_by_regression(psa, trials_of(psa, 100, 4)), evpi);
  EXPECT_NEAR(found.raw, closed_forms[3].value, mcse_allowed * found.mcse);
}

TEST(ValueOfTrial, ReweightingFindsTheClosedForm) {
  const Psa psa = two_strategies(3000, 5);
  for (const double patients : {10.0, 100.0}) {
    const AfterTrial after = expect_by_reweighting(psa, trials_of(psa, patients, 6), psa.parameter_values);
    const SampleInformation found = value_of_trial(willingness, psa, after, evpi);
    const double known = patients == 10 ? closed_forms[1].value : closed_forms[3].value;
    EXPECT_NEAR(found.raw, known, mcse_allowed * found.mcse) << patients;
    EXPECT_GT(after.effective_draws, 500);
  }
}

/// Arms that share a reference: errors of the two estimates have a correlation of one half.
TEST(ValueOfTrial, MethodsAgreeForThreeArms) {
  constexpr Eigen::Index draws = 3000;
  Normals normals(7);
  Psa psa;
  psa.strategies = {"reference", "low", "high"};
  psa.cost = Eigen::MatrixXd::Zero(draws, 3);
  psa.effect = Eigen::MatrixXd::Zero(draws, 3);
  psa.cost.col(1).setConstant(1500);
  psa.cost.col(2).setConstant(2500);
  psa.effect.col(1) = (0.08 + 0.2 * normals.draw(draws).array()).matrix();
  psa.effect.col(2) = (0.04 + 0.2 * normals.draw(draws).array()).matrix() + psa.effect.col(1);
  TrialFindings found;
  found.estimate = psa.effect.rightCols(2);
  const Eigen::VectorXd reference = 0.1 * normals.draw(draws);
  for (Eigen::Index arm = 0; arm < 2; ++arm) found.estimate.col(arm) += 0.1 * normals.draw(draws) - reference;
  constexpr double no_bound = 1e9;
  const SampleInformation regression = value_of_trial(willingness, psa, expect_by_regression(psa, found), no_bound);
  const SampleInformation reweighting =
      value_of_trial(willingness, psa, expect_by_reweighting(psa, found, psa.effect.rightCols(2)), no_bound);
  EXPECT_GT(regression.raw, 100);
  EXPECT_NEAR(regression.raw, reweighting.raw, mcse_allowed * std::hypot(regression.mcse, reweighting.mcse));
}

TEST(ValueOfTrial, GrowsFromNothingToTheValueOfKnowing) {
  const Psa psa = two_strategies(8000, 8);
  double before = 0, error_before = 0;
  for (const double patients : {1.0, 4.0, 16.0, 64.0, 256.0, 1024.0}) {
    const SampleInformation found =
        value_of_trial(willingness, psa, expect_by_regression(psa, trials_of(psa, patients, 9)), evpi);
    EXPECT_GT(found.raw, before - mcse_allowed * std::hypot(found.mcse, error_before));
    before = found.raw;
    error_before = found.mcse;
  }
  const SampleInformation large =
      value_of_trial(willingness, psa, expect_by_regression(psa, trials_of(psa, 1e7, 10)), 1e9);
  EXPECT_NEAR(large.raw, evpi, mcse_allowed * large.mcse);
  const SampleInformation tiny =
      value_of_trial(willingness, psa, expect_by_regression(psa, trials_of(psa, 1e-4, 11)), evpi);
  EXPECT_LT(tiny.raw, 0.02 * evpi);
}

TEST(ValueOfTrial, IsExactlyZeroWhereNothingCanChangeTheDecision) {
  Psa psa = two_strategies(500, 12);
  psa.effect.col(1).setZero();
  psa.cost.col(1) += 100 * Normals(13).draw(500);  // prices and harm vary, cells still cost money
  TrialFindings found = trials_of(psa, 50, 14);
  for (const AfterTrial& after :
       {expect_by_regression(psa, found), expect_by_reweighting(psa, found, psa.parameter_values)}) {
    const SampleInformation information = value_of_trial(willingness, psa, after, 0);
    EXPECT_EQ(information.raw, 0);
    EXPECT_EQ(information.value, 0);
    EXPECT_EQ(information.mcse, 0);
    EXPECT_EQ(information.best, psa.reference);
  }
}

TEST(ValueOfTrial, FailedTrialsTeachNothing) {
  const Psa psa = two_strategies(8000, 15);
  TrialFindings found = trials_of(psa, 100, 16);
  for (Eigen::Index draw = 0; draw < psa.draws(); draw += 2)
    found.estimate(draw, 0) = std::numeric_limits<double>::quiet_NaN();
  for (const AfterTrial& after :
       {expect_by_regression(psa, found), expect_by_reweighting(psa, found, psa.parameter_values)}) {
    const SampleInformation information = value_of_trial(willingness, psa, after, evpi);
    EXPECT_NEAR(information.raw, closed_forms[3].value / 2, mcse_allowed * information.mcse);
  }
  found.estimate.setConstant(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(value_of_trial(willingness, psa, expect_by_regression(psa, found), evpi).raw, 0);
}

DecisionPopulation population() {
  return {500, 0, 0.4, 10, 0.03, FlowTiming::mid};
}

TEST(NetBenefitOfSampling, ServesWhoDecidesAfterTheReport) {
  EXPECT_NEAR(patients_after(population(), 30), 1249.48960703, 1e-8);
  EXPECT_DOUBLE_EQ(patients_after(population(), 0), discounted_patients(population()));
  DecisionPopulation with_prevalent = population();
  with_prevalent.prevalent = 1000;  // they do not wait for a trial
  EXPECT_EQ(patients_after(with_prevalent, 0), patients_after(population(), 0));
  EXPECT_EQ(patients_after(population(), 120), 0);
  EXPECT_EQ(patients_after(population(), 500), 0);
  EXPECT_THROW(patients_after(population(), std::numeric_limits<double>::infinity()), InternalError);
}

TEST(NetBenefitOfSampling, SubtractsCostAndWhatTheEnrolledForgo) {
  const Psa psa = two_strategies(4000, 17);
  const TrialFindings found = trials_of(psa, 100, 18);
  const SampleInformation information = value_of_trial(willingness, psa, expect_by_regression(psa, found), evpi);
  const PricedTrial trial{90, {0, 1}, {1.0 / 3, 2.0 / 3}, 400'000, 1'000, 30};
  const NetBenefitOfSampling benefit = net_benefit_of_sampling(willingness, psa, information, trial, population());
  // Cells are best without the trial: the 30 children of the reference forgo their mean net benefit.
  const double mean = willingness * psa.effect.col(1).mean() - cost;
  EXPECT_NEAR(benefit.forgone, 30 * mean, 1e-6 * 30 * mean);
  EXPECT_EQ(benefit.trial_cost, 490'000);
  EXPECT_DOUBLE_EQ(benefit.population_evsi, benefit.patients * information.value);
  EXPECT_DOUBLE_EQ(benefit.enbs, benefit.population_evsi - 490'000 - benefit.forgone);
  EXPECT_GT(benefit.enbs_mcse, 0);
}

}  // namespace
}  // namespace vcohort::test
