#include <gtest/gtest.h>

#include <numeric>

#include "engine/numeric/errors.hpp"
#include "engine/trial/accrual.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

TEST(Accrual, ConstantRate) {
  const AccrualProfile profile(Accrual{Accrual::Kind::constant, {{0, 5}}, false});
  EXPECT_NEAR(profile.months_until(40), 8, 1e-12);
}

/// A ramp from 0 to 10 per month over 4 months gives 20 patients, then 10 per month.
TEST(Accrual, RampAndPieces) {
  const AccrualProfile ramp(Accrual{Accrual::Kind::constant, {{0, 0}, {4, 10}}, true});
  EXPECT_NEAR(ramp.months_until(5), 2, 1e-12);
  EXPECT_NEAR(ramp.months_until(20), 4, 1e-12);
  EXPECT_NEAR(ramp.months_until(40), 6, 1e-12);
  const AccrualProfile pieces(Accrual{Accrual::Kind::constant, {{0, 2}, {3, 0}, {5, 4}}, false});
  EXPECT_NEAR(pieces.months_until(6), 3, 1e-12);
  EXPECT_NEAR(pieces.months_until(10), 6, 1e-12);
}

/// The time of the n-th Poisson arrival is gamma with mean n / rate and variance n / rate^2.
TEST(Accrual, PoissonArrivals) {
  const AccrualProfile profile(Accrual{Accrual::Kind::poisson, {{0, 4}}, false});
  std::vector<std::uint64_t> patients(40);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  constexpr int replicates = 20000;
  double sum = 0, squares = 0;
  std::vector<double> months;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    profile.randomised_at(1, r, patients, months);
    sum += months.back();
    squares += months.back() * months.back();
  }
  const double mean = sum / replicates, variance = squares / replicates - mean * mean;
  EXPECT_NEAR(mean, 10, mcse_allowed * std::sqrt(2.5 / replicates));
  EXPECT_NEAR(variance, 2.5,
              mcse_allowed * 2.5 * std::sqrt(2.2 / replicates));  // kurtosis of a gamma of shape 40: 3.15
}

TEST(Accrual, DurationEndsWithTheLastVisitOfTheLastPatient) {
  Study study = normal_trial("t", 40, 0, 10);
  study.trial->accrual.pieces = {{0, 5}};
  const Table table = run(study);
  EXPECT_NEAR(number(table, "duration_months"), 40 / 5 + 12, 1e-12);

  // A visit on the way changes nothing.
  study = normal_trial_with_baseline("t", 40, 0, 0, 10);
  study.data_model->visits_months = {6, 12};
  study.trial->accrual.pieces = {{0, 5}};
  EXPECT_NEAR(number(run(study), "duration_months"), 40 / 5 + 12, 1e-12);
}

TEST(Accrual, RefusesToStop) {
  EXPECT_THROW(AccrualProfile(Accrual{Accrual::Kind::constant, {{0, 5}, {3, 0}}, false}), InternalError);
}

}  // namespace
}  // namespace vcohort::test
