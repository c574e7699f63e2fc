#include "engine/policy/decision/patient_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/policy/decision/net_benefit.hpp"
#include "tests/engine/decision/psas.hpp"

namespace vcohort {
namespace {

constexpr double errors = 4.5;

double variance(const Eigen::VectorXd& values) {
  return (values.array() - values.mean()).square().sum() / static_cast<double>(values.size() - 1);
}

/// Draws whose true mean INB is N(100, 200^2), seen through 100 patients with SD 3000 each.
Psa noisy_draws(unsigned seed) {
  constexpr Eigen::Index draws = 500;
  constexpr double patient_variance = 3000.0 * 3000.0 / 100.0;
  const Eigen::MatrixXd standard = normals(draws, 2, seed);
  Psa psa = against_nothing(100 + 200 * standard.col(0).array() + std::sqrt(patient_variance) * standard.col(1).array(),
                            Eigen::MatrixXd(draws, 0));
  psa.patient_noise = Eigen::MatrixXd::Zero(4, 4);
  psa.patient_noise(3, 3) = patient_variance;
  return psa;
}

TEST(PatientNoise, BetweenMinusWithinRecoversTheVariance) {
  constexpr int repetitions = 400;
  Eigen::VectorXd between(repetitions), naive_share(repetitions), share(repetitions);
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const Psa psa = noisy_draws(static_cast<unsigned>(repetition));
    const NoiseRemoval removal = remove_patient_noise(psa);
    const double expected = variance(psa.effect.col(1)) - psa.patient_noise(3, 3);
    between[repetition] = expected;
    EXPECT_NEAR(variance(removal.psa.effect.col(1)), std::max(expected, 0.0), 1e-6 * psa.patient_noise(3, 3));
    EXPECT_EQ(removal.set_to_zero, expected < 0 ? 1 : 0);
    EXPECT_NEAR(removal.effect_sd_total[1], std::sqrt(variance(psa.effect.col(1))), 1e-9);
    EXPECT_NEAR(removal.effect_sd_between[1], std::sqrt(std::max(expected, 0.0)), 1e-6);
    naive_share[repetition] = net_benefit_at(1, psa, psa).ceac[1];
    share[repetition] = net_benefit_at(1, psa, removal.psa).ceac[1];
  }
  const auto error = [&](const Eigen::VectorXd& values) { return std::sqrt(variance(values) / repetitions); };
  EXPECT_NEAR(between.mean(), 200.0 * 200.0, errors * error(between));
  EXPECT_NEAR(naive_share.mean(), 0.609244, errors * error(naive_share));
  // Phi(mean / sd) is no linear function of the estimated variance: a bias of the order of its relative variance, that
  // of between^2 / 40000^2 = .13^2, is added to the error.
  EXPECT_NEAR(share.mean(), 0.691462, errors * error(share) + 0.017);
}

/// Three strategies with correlated noise and a fourth that equals the reference in every draw.
Psa correlated_draws() {
  constexpr Eigen::Index draws = 300;
  Psa psa;
  psa.strategies = {"reference", "x", "null", "y"};
  const Eigen::MatrixXd mix = normals(8, 8, 11);
  const Eigen::MatrixXd noise_mix = 0.3 * normals(8, 8, 12);
  Eigen::MatrixXd values = normals(draws, 8, 13) * mix + normals(draws, 8, 14) * noise_mix;
  psa.cost = 1000 + 100 * values.leftCols(4).array();
  psa.effect = values.rightCols(4);
  psa.patient_noise = noise_mix.transpose() * noise_mix;
  psa.patient_noise.topRows(4) *= 100;
  psa.patient_noise.leftCols(4) *= 100;
  for (Eigen::MatrixXd* values_of : {&psa.cost, &psa.effect}) values_of->col(2) = values_of->col(0);
  for (const Eigen::Index first : {0, 4}) {
    psa.patient_noise.row(first + 2) = psa.patient_noise.row(first).eval();
    psa.patient_noise.col(first + 2) = psa.patient_noise.col(first).eval();
  }
  return psa;
}

Eigen::MatrixXd covariance(const Psa& psa) {
  Eigen::MatrixXd values(psa.draws(), 2 * psa.cost.cols());
  values << psa.cost, psa.effect;
  values.rowwise() -= values.colwise().mean().eval();
  return values.transpose() * values / static_cast<double>(psa.draws() - 1);
}

TEST(PatientNoise, WholeCovarianceIsBetweenMinusWithin) {
  const Psa psa = correlated_draws();
  const NoiseRemoval removal = remove_patient_noise(psa);
  ASSERT_EQ(removal.set_to_zero, 0);
  EXPECT_EQ(removal.directions, 6);
  const Eigen::MatrixXd expected = covariance(psa) - psa.patient_noise;
  const Eigen::VectorXd sd = covariance(psa).diagonal().cwiseSqrt();
  EXPECT_LT((covariance(removal.psa) - expected).cwiseQuotient(sd * sd.transpose()).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(PatientNoise, MeansStayAndWhatIsEqualStaysEqual) {
  const Psa psa = correlated_draws();
  const Psa cleaned = remove_patient_noise(psa).psa;
  EXPECT_LT((cleaned.cost.colwise().mean() - psa.cost.colwise().mean()).cwiseAbs().maxCoeff(), 1e-10);
  EXPECT_LT((cleaned.effect.colwise().mean() - psa.effect.colwise().mean()).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(cleaned.cost.col(2), cleaned.cost.col(0));
  EXPECT_EQ(cleaned.effect.col(2), cleaned.effect.col(0));
}

TEST(PatientNoise, ConstantIncrementsStayConstant) {
  // The null stance: cells change costs by a fixed price and effects not at all, while every draw's level is noisy.
  Psa psa = correlated_draws();
  for (const Eigen::Index strategy : {1, 3}) {
    psa.cost.col(strategy) = psa.cost.col(0).array() + 512.0 * static_cast<double>(strategy);
    psa.effect.col(strategy) = psa.effect.col(0);
    psa.patient_noise.row(strategy) = psa.patient_noise.row(0).eval();
    psa.patient_noise.col(strategy) = psa.patient_noise.col(0).eval();
    psa.patient_noise.row(4 + strategy) = psa.patient_noise.row(4).eval();
    psa.patient_noise.col(4 + strategy) = psa.patient_noise.col(4).eval();
  }
  const Psa cleaned = remove_patient_noise(psa).psa;
  EXPECT_EQ(cleaned.effect.col(1), cleaned.effect.col(0));
  // The increment of cost is exact up to the rounding of adding the reference's cost again.
  EXPECT_LT((cleaned.cost.col(3) - cleaned.cost.col(0)).array().operator-(3 * 512.0).abs().maxCoeff(), 1e-11);
  const NetBenefit found = net_benefit_at(50000, psa, cleaned);
  EXPECT_EQ(found.best, 0);
  EXPECT_EQ(found.evpi, 0);
  EXPECT_EQ(found.ceac[0], 1) << "the other one that ties is the reference in every draw";
}

TEST(PatientNoise, DoesNotDependOnUnits) {
  Psa psa = correlated_draws();
  const Psa expected = remove_patient_noise(psa).psa;
  constexpr double cents = 128;  // a power of two, so that scaling does not round
  psa.cost *= cents;
  psa.patient_noise.topRows(4) *= cents;
  psa.patient_noise.leftCols(4) *= cents;
  const Psa found = remove_patient_noise(psa).psa;
  EXPECT_LT((found.cost / cents - expected.cost).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LT((found.effect - expected.effect).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(PatientNoise, DoesNotDependOnTheReference) {
  Psa psa = correlated_draws();
  const Psa expected = remove_patient_noise(psa).psa;
  psa.reference = 3;
  const Psa found = remove_patient_noise(psa).psa;
  EXPECT_LT((found.cost - expected.cost).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LT((found.effect - expected.effect).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(PatientNoise, MoreNoiseThanVarianceLeavesTheMean) {
  Psa psa = noisy_draws(1);
  psa.patient_noise *= 100;
  const NoiseRemoval removal = remove_patient_noise(psa);
  EXPECT_EQ(removal.set_to_zero, 1);
  EXPECT_NEAR(variance(removal.psa.effect.col(1)), 0, 1e-18);
  EXPECT_NEAR(removal.psa.effect(0, 1), psa.effect.col(1).mean(), 1e-9);
}

TEST(PatientNoise, WithoutNoiseDrawsComeBack) {
  const Psa psa = four_draws();
  const NoiseRemoval removal = remove_patient_noise(psa);
  EXPECT_EQ(removal.psa.cost, psa.cost);
  EXPECT_EQ(removal.psa.effect, psa.effect);
  Psa zero = psa;
  zero.patient_noise = Eigen::MatrixXd::Zero(6, 6);
  EXPECT_LT((remove_patient_noise(zero).psa.cost - psa.cost).cwiseAbs().maxCoeff(), 1e-9);
}

}  // namespace
}  // namespace vcohort
