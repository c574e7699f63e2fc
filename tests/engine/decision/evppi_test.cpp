#include "engine/policy/decision/evppi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/decision/smooth_basis.hpp"
#include "tests/engine/decision/psas.hpp"

namespace vcohort {
namespace {

constexpr double errors = 4.5;

Evppi value_of(const Psa& psa, const std::vector<Eigen::Index>& group, double k = 1) {
  return evppi_at(k, psa, expect_given(psa, group), net_benefit_at(k, psa, psa).evpi);
}

void expect_truth(const Evppi& found, double truth) {
  EXPECT_GT(found.mcse, 0);
  EXPECT_NEAR(found.value, truth, errors * found.mcse);
}

/// E max(0, X) - max(0, m), X ~ N(m, s^2).
double unit_loss(double mean, double sd) {
  const double z = mean / sd;
  return sd * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) + mean * std::erfc(-z / std::sqrt(2.0)) / 2 -
         std::max(mean, 0.0);
}

/// The check: draws in equal bins of the parameter, best strategy per bin. Its bias falls with the width of bins and
/// grows with the noise in each, so that it serves for one parameter and many draws.
double binned_evppi(const Psa& psa, Eigen::Index parameter, double k, Eigen::Index bins) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(psa.draws()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::sort(order.begin(), order.end(), [&](Eigen::Index one, Eigen::Index other) {
    return psa.parameter_values(one, parameter) < psa.parameter_values(other, parameter);
  });
  const Eigen::MatrixXd nmb = k * psa.effect - psa.cost;
  const Eigen::Index size = psa.draws() / bins;
  double sum = 0;
  for (Eigen::Index bin = 0; bin < bins; ++bin) {
    Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(nmb.cols());
    for (Eigen::Index place = 0; place < size; ++place)
      mean += nmb.row(order[static_cast<std::size_t>(bin * size + place)]);
    sum += mean.maxCoeff() / static_cast<double>(size);
  }
  return sum / static_cast<double>(bins) - nmb.colwise().mean().maxCoeff();
}

TEST(Evppi, GaussianIncrements) {
  const Psa psa = gaussian_increments(20'000, 1);
  const Evppi effect = value_of(psa, {0}, 20000);
  const Evppi cost = value_of(psa, {1}, 20000);
  const Evppi both = value_of(psa, {0, 1}, 20000);
  expect_truth(effect, 1358.219860);
  expect_truth(cost, 129.536010);
  expect_truth(both, 1389.581142);
  // Nothing is left to know: a regression on everything is the net benefit itself, but for what smoothing takes.
  EXPECT_NEAR(both.value, net_benefit_at(20000, psa, psa).evpi, 0.05 * both.mcse);
  EXPECT_LT(effect.mcse, 25);
}

TEST(Evppi, NestedMonteCarloByBins) {
  const Psa psa = gaussian_increments(100'000, 2);
  for (const Eigen::Index parameter : {0, 1})
    for (const double k : {5000.0, 15000.0, 40000.0}) {
      const Evppi found = value_of(psa, {parameter}, k);
      EXPECT_NEAR(found.value, binned_evppi(psa, parameter, k, 50), 3 + 0.02 * found.value) << parameter << " " << k;
    }
}

TEST(Evppi, BendsAreFound) {
  // INB = z1^2 - 1.2 + z2 / 2. E max(0, z^2 - 1.2) = 2 c phi(c) + (1 - 1.2) 2 Phi(-c), c = sqrt(1.2).
  const Eigen::MatrixXd z = normals(10'000, 2, 3);
  const Psa psa = against_nothing(z.col(0).array().square() - 1.2 + 0.5 * z.col(1).array(), z);
  const double c = std::sqrt(1.2);
  const double truth = 2 * c * std::exp(-0.6) / std::sqrt(2 * M_PI) - 0.2 * std::erfc(c / std::sqrt(2.0));
  expect_truth(value_of(psa, {0}), truth);
  expect_truth(value_of(psa, {1}), unit_loss(-0.2, 0.5));
}

TEST(Evppi, InteractionsAreFound) {
  // INB = z1 z2 + noise: neither alone is worth anything, both together E|z1 z2| / 2 = 1 / pi.
  const Eigen::MatrixXd z = normals(10'000, 3, 4);
  const Psa psa = against_nothing(z.col(0).array() * z.col(1).array() + 0.5 * z.col(2).array(), z);
  EXPECT_NEAR(value_of(psa, {0}).value, 0, errors * value_of(psa, {0}).mcse);
  expect_truth(value_of(psa, {0, 1}), 1 / M_PI);
  expect_truth(value_of(psa, {0, 1, 2}), 0.3978472);  // by quadrature: E|N(z1 z2, .25)| / 2
}

TEST(Evppi, ManyParameters) {
  // Ten that matter, ten that do not, and noise: a sum of ten is N(-.3, .9).
  const Eigen::MatrixXd z = normals(4'000, 21, 5);
  const Psa psa =
      against_nothing(-0.3 + 0.3 * z.leftCols(10).rowwise().sum().array() + 2 * z.col(20).array(), z.leftCols(20));
  std::vector<Eigen::Index> all(20);
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  expect_truth(value_of(psa, {0, 1, 2}), unit_loss(-0.3, 0.3 * std::sqrt(3.0)));
  expect_truth(value_of(psa, all), unit_loss(-0.3, 0.3 * std::sqrt(10.0)));
}

TEST(Evppi, AJumpIsInsideTheError) {
  // INB jumps from -.6 to 1 at the 70th percentile: no smooth function does, which the error must tell. .3 * 1 is
  // gained.
  for (const unsigned seed : {1, 2, 3, 4, 5}) {
    const Eigen::MatrixXd z = normals(5'000, 3, seed);
    constexpr double seventieth = 0.5244005127080407;
    const Eigen::VectorXd jump = (z.col(0).array() > seventieth).select(Eigen::VectorXd::Constant(5'000, 1.6), 0.0);
    const Psa psa = against_nothing(-0.6 + jump.array() + 0.5 * z.col(1).array(), z);
    expect_truth(value_of(psa, {0}), 0.3);
    expect_truth(value_of(psa, {0, 2}), 0.3);
  }
}

TEST(Evppi, FewDifferentValues) {
  // A switch: INB = +1 or -1 with equal chance, plus noise. Knowing it is worth 1/2.
  Eigen::MatrixXd z = normals(2'000, 2, 6);
  z.col(0) = (z.col(0).array() > 0).select(Eigen::VectorXd::Ones(2'000), -Eigen::VectorXd::Ones(2'000));
  const Psa psa = against_nothing(z.col(0) + 0.5 * z.col(1), z);
  expect_truth(value_of(psa, {0}), 0.5);
}

TEST(Evppi, ConstantsAndStrangersAreWorthNothing) {
  Eigen::MatrixXd z = normals(2'000, 3, 7);
  z.col(1).setConstant(4.2);
  const Psa psa = against_nothing(-0.2 + z.col(0).array(), z);
  const Evppi constant = value_of(psa, {1});
  EXPECT_EQ(constant.value, 0);
  EXPECT_EQ(constant.mcse, 0);
  EXPECT_EQ(value_of(psa, {0, 1}).value, value_of(psa, {0}).value);
  const Evppi stranger = value_of(psa, {2});
  EXPECT_LE(stranger.value, errors * std::max(stranger.mcse, 1e-3));
}

TEST(Evppi, LiesBetweenZeroAndEvpi) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Eigen::MatrixXd z = normals(60, 5, 100 + seed);
    const Psa psa = against_nothing(z.leftCols(2), z.rightCols(3));
    const double evpi = net_benefit_at(1, psa, psa).evpi;
    for (const std::vector<Eigen::Index>& group : {std::vector<Eigen::Index>{0}, {1, 2}, {0, 1, 2}}) {
      const Evppi found = value_of(psa, group);
      EXPECT_GE(found.value, 0);
      EXPECT_LE(found.value, evpi);
    }
  }
}

TEST(Evppi, ErrorsAreHonest) {
  // Sixty PSAs of 500 draws: their values scatter as their errors say. The standard deviation of 60 standardised values
  // has a relative error of 1 / sqrt(120); the mean may be off by the bias of a regression with noise.
  constexpr int repetitions = 60;
  double sum = 0;
  double squares = 0;
  for (unsigned seed = 0; seed < repetitions; ++seed) {
    const Evppi found = value_of(gaussian_increments(500, 1000 + seed), {0}, 20000);
    const double z = (found.value - 1358.219860) / found.mcse;
    sum += z;
    squares += z * z;
  }
  const double mean = sum / repetitions;
  const double sd = std::sqrt((squares - repetitions * mean * mean) / (repetitions - 1));
  EXPECT_NEAR(mean, 0, errors / std::sqrt(repetitions));
  EXPECT_NEAR(sd, 1, errors / std::sqrt(2.0 * repetitions));
}

TEST(Evppi, NamesAreChecked) {
  const Psa psa = gaussian_increments(10, 1);
  EXPECT_EQ(parameters_named(psa, {"dC", "dE"}), (std::vector<Eigen::Index>{1, 0}));
  EXPECT_THROW(parameters_named(psa, {"dX"}), InternalError);
  EXPECT_THROW(parameters_named(psa, {"dE", "dE"}), InternalError);
  EXPECT_THROW(parameters_named(psa, {}), InternalError);
  EXPECT_THROW(value_of(gaussian_increments(3, 1), {0, 1}), InternalError);  // three draws for two parameters
}

TEST(SmoothBasis, FunctionsAreUncorrelatedAndTheFirstIsALine) {
  Eigen::VectorXd values = normals(500, 1, 8).array().exp();
  const SmoothBasis basis(values, 12);
  ASSERT_EQ(basis.size(), 12);
  Eigen::MatrixXd functions(basis.size(), values.size());
  for (Eigen::Index draw = 0; draw < values.size(); ++draw) basis.evaluate(values[draw], functions.col(draw).data());
  const Eigen::MatrixXd products = functions * functions.transpose() / 500.0;
  EXPECT_LT((products - Eigen::MatrixXd::Identity(12, 12)).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LT(functions.rowwise().mean().cwiseAbs().maxCoeff(), 1e-8);
  const Eigen::VectorXd line =
      (values.array() - values.mean()) / std::sqrt((values.array() - values.mean()).square().mean());
  EXPECT_LT((functions.row(0).transpose() * (functions(0, 0) * line[0] > 0 ? 1 : -1) - line).cwiseAbs().maxCoeff(),
            1e-7);
  EXPECT_TRUE(std::is_sorted(basis.roughness().begin(), basis.roughness().end()));
}

}  // namespace
}  // namespace vcohort
