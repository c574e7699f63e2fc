#include "engine/sensitivity/sobol.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

constexpr double errors = 4.5;
constexpr Address shift{0, Address::whole_replicate, Purpose::test, 0, 0};
const SobolBootstrap bootstrap{200, 0.95, 7, {1, Address::whole_replicate, Purpose::test, 0, 0}};

/// Ishigami's function, a = 7, b = .1, of three angles on (-pi, pi).
double ishigami(const Eigen::RowVectorXd& u) {
  const auto angle = [&](Eigen::Index factor) { return M_PI * (2 * u[factor] - 1); };
  const double second = std::sin(angle(1));
  return std::sin(angle(0)) * (1 + 0.1 * std::pow(angle(2), 4)) + 7 * second * second;
}

constexpr double first_order[] = {0.313905191, 0.442411145, 0};
constexpr double total_order[] = {0.557588855, 0.442411145, 0.243683664};

TEST(Sobol, Ishigami) {
  const SobolIndices found = sobol_indices(evaluate(sobol_design(8192, 3, 1, shift), ishigami), bootstrap);
  for (std::size_t factor = 0; factor < 3; ++factor) {
    EXPECT_NEAR(found.first[factor].value, first_order[factor], errors * found.first[factor].mcse) << factor;
    EXPECT_NEAR(found.total[factor].value, total_order[factor], errors * found.total[factor].mcse) << factor;
    EXPECT_LT(found.first[factor].lower, found.first[factor].value);
    EXPECT_GT(found.first[factor].upper, found.first[factor].value);
    EXPECT_LT(found.first[factor].mcse, 0.03);
    // Points this even are several times better than their bootstrap error.
    EXPECT_NEAR(found.first[factor].value, first_order[factor], 5e-3) << factor;
    EXPECT_NEAR(found.total[factor].value, total_order[factor], 5e-3) << factor;
  }
  EXPECT_NEAR(found.mean, 3.5, 0.01);
  // a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2
  EXPECT_NEAR(found.variance, 49.0 / 8 + 0.1 * std::pow(M_PI, 4) / 5 + 0.01 * std::pow(M_PI, 8) / 18 + 0.5, 0.1);
}

TEST(Sobol, IntervalsCoverTheTruth) {
  // Sixty shifts: a 95 % interval that is conservative covers at least as often, up to chance (4.5 binomial errors).
  constexpr int repetitions = 60;
  int covered[3] = {};
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    Address place = shift;
    place.replicate = static_cast<std::uint32_t>(repetition);
    const SobolIndices found =
        sobol_indices(evaluate(sobol_design(512, 3, 3, place), ishigami), {200, 0.95, 3, bootstrap.draws});
    for (std::size_t factor = 0; factor < 3; ++factor)
      covered[factor] +=
          found.total[factor].lower <= total_order[factor] && total_order[factor] <= found.total[factor].upper;
  }
  for (const int count : covered)
    EXPECT_GE(count, repetitions * (0.95 - errors * std::sqrt(0.95 * 0.05 / repetitions)));
}

TEST(Sobol, AProductHasInteractionsOnly) {
  // (u1 - 1/2)(u2 - 1/2): first-order indices 0, total indices 1; a third factor does nothing, exactly.
  const SobolIndices found =
      sobol_indices(evaluate(sobol_design(4096, 3, 2, shift),
                             [](const Eigen::RowVectorXd& u) { return (u[0] - 0.5) * (u[1] - 0.5); }),
                    bootstrap);
  EXPECT_NEAR(found.first[0].value, 0, errors * found.first[0].mcse);
  EXPECT_NEAR(found.total[1].value, 1, errors * found.total[1].mcse);
  EXPECT_EQ(found.first[2].value, 0);
  EXPECT_EQ(found.total[2].value, 0);
  EXPECT_EQ(found.total[2].mcse, 0);
}

TEST(Sobol, AConstantHasNoShares) {
  const SobolIndices found =
      sobol_indices(evaluate(sobol_design(64, 2, 2, shift), [](const Eigen::RowVectorXd&) { return 4.0; }), bootstrap);
  EXPECT_EQ(found.variance, 0);
  EXPECT_TRUE(std::isnan(found.first[0].value));
}

TEST(Sobol, PointsAreEvenAndShifted) {
  constexpr Eigen::Index points = 1024;
  const SobolDesign design = sobol_design(points, 5, 11, shift);
  EXPECT_GT(design.a.minCoeff(), 0);
  EXPECT_LT(design.b.maxCoeff(), 1);
  // A shift keeps a low-discrepancy sequence even: each of 16 equal parts of each dimension holds 64 points, or one
  // more or less where the shift cuts one.
  for (const Eigen::MatrixXd* half : {&design.a, &design.b})
    for (Eigen::Index factor = 0; factor < 5; ++factor)
      for (int part = 0; part < 16; ++part) {
        const auto inside = (half->col(factor).array() >= part / 16.0 && half->col(factor).array() < (part + 1) / 16.0);
        EXPECT_NEAR(static_cast<double>(inside.count()), 64, 1);
      }
  EXPECT_EQ(sobol_design(points, 5, 11, shift).a, design.a);
  EXPECT_NE(sobol_design(points, 5, 12, shift).a, design.a);
  // More points continue the sequence.
  EXPECT_EQ(sobol_design(2 * points, 5, 11, shift).a.topRows(points), design.a);
  EXPECT_EQ(design.swapped(3).col(3), design.b.col(3));
  EXPECT_EQ(design.swapped(3).col(2), design.a.col(2));
}

TEST(Sobol, RefusesWhatMakesNoSense) {
  EXPECT_THROW(sobol_design(0, 3, 1, shift), InternalError);
  EXPECT_THROW(sobol_design(8, 0, 1, shift), InternalError);
  EXPECT_THROW(sobol_design(8, 1801, 1, shift), InternalError);
  SobolOutputs outputs = evaluate(sobol_design(8, 2, 1, shift), [](const Eigen::RowVectorXd& u) { return u[0]; });
  SobolBootstrap plan = bootstrap;
  plan.resamples = 1;
  EXPECT_THROW(sobol_indices(outputs, plan), InternalError);
  outputs.b[3] = std::nan("");
  EXPECT_THROW(sobol_indices(outputs, bootstrap), InternalError);
}

// Two resamples, d apart: their SD is d / sqrt(2), and their quartiles are d / 2 apart.
TEST(Sobol, QuantilesLieBetweenTheResamples) {
  const SobolIndices found =
      sobol_indices(evaluate(sobol_design(64, 3, 1, shift), ishigami), {2, 0.5, 7, bootstrap.draws});
  for (const SobolIndex& index : found.first) {
    EXPECT_GT(index.mcse, 0);
    EXPECT_NEAR(index.upper - index.lower, index.mcse / std::sqrt(2), 1e-12);
  }
}

}  // namespace
}  // namespace vcohort
