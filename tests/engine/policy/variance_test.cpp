#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Twins' increments have the variance that theory gives.
namespace vcohort {
namespace {

using namespace test;

// Where saturation is linear, a child's gain is g Z, with Z = 0 in non-responders and log-normal of mean 1/p and
// coefficient of variation c in the share p of responders: E Z^n = p^(1-n) (1 + c^2)^(n(n-1)/2).
struct ResponseMoments {
  double share, cv;

  double raw(int n) const { return std::pow(share, 1 - n) * std::pow(1 + cv * cv, n * (n - 1) / 2.0); }
  double variance() const { return raw(2) - 1; }
  double fourth() const { return raw(4) - 4 * raw(3) + 6 * raw(2) - 3; }
};

TEST(Twins, HaveTheVarianceOfTheResponseAndSaveTheRest) {
  constexpr ResponseMoments response{0.65, 0.3};
  // So few points that the end of the scale does not matter.
  constexpr double points = 0.01, share_of_three = 0.5;
  Study study = policy_study({rehabilitation(), cells(Cell::msc, Route::intravenous)}, 4, 2, 4);
  study.population.gmfcs = {0, 1 - share_of_three, share_of_three, 0, 0};
  study.policy->extrapolation = Extrapolation::hold;
  study.policy->extrapolate_after_months = 1;
  study.policy->patients_per_draw = 50'000;
  Evidence evidence = linear_effect(points, 1e9);
  set_value(evidence, "responder.share", response.share);
  set_value(evidence, "responder.cv", response.cv);
  set_value(evidence, "severity.MSC.II", 1);
  const Policy policy(study, evidence);
  const std::vector<Table> tables = tables_of(policy);
  const Table& table = table_of(tables, "/policy/variance");
  ASSERT_EQ(texts_of(table, "quantity")[1], "effect");

  constexpr double n = 100'000, years = 4;
  const ParameterValues values = values_of("sceptical");
  const double gain = points * values.at("utility.slope.hui3") * years;
  const double apart = (values.at("utility.hui3.II") - values.at("utility.hui3.III")) * years;
  const double twins = gain * gain * response.variance();
  const double reference = apart * apart * share_of_three * (1 - share_of_three);
  const double variance = numbers_of(table, "sd_twins")[1] * numbers_of(table, "sd_twins")[1];
  const double error_of_variance =
      gain * gain * std::sqrt((response.fourth() - response.variance() * response.variance()) / n);
  EXPECT_NEAR(variance, twins, 4.5 * error_of_variance);

  // Independent arms: twice the spread of the levels, and the response, which does not depend on the level. The error
  // is that of the response, and of the covariance of level and response.
  const double saving = (2 * reference + twins) / twins;
  const double error_of_saving =
      2 * reference / twins * error_of_variance / twins + 2 * std::sqrt(reference / twins / n);
  EXPECT_NEAR(numbers_of(table, "saving")[1], saving, 4.5 * error_of_saving);
  EXPECT_GT(saving, 10);

  // The cost of two children treated alike differs by nothing at all, and by their care when they are strangers.
  EXPECT_EQ(numbers_of(table, "sd_twins")[0], 0);
  const double care =
      values.at("cost.care") * years * (values.at("cost.care_ratio.III") - values.at("cost.care_ratio.II"));
  EXPECT_NEAR(numbers_of(table, "sd_independent")[0], std::sqrt(2 * 0.25) * std::fabs(care), 1e-3 * std::fabs(care));
}

}  // namespace
}  // namespace vcohort
