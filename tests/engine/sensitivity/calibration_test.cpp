#include "engine/sensitivity/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/evidence/values.hpp"
#include "engine/numeric/errors.hpp"
#include "tests/engine/patient/stances.hpp"

namespace vcohort {
namespace {

using namespace test;

constexpr std::uint64_t seed = 3;
constexpr std::int64_t count = 8000;

TEST(Calibration, OnlyTheNamedParametersMove) {
  const std::vector<std::string> moved{"effect.emax", "age.floor"};
  const Evidence all = stance("sceptical");
  const Evidence some = moving_only(all, moved);
  const ParameterDraws of_all(all), of_some(some);
  for (const std::uint32_t d : {0u, 1u, 77u}) {
    const ParameterValues here = of_some.draw(seed, d), there = of_all.draw(seed, d);
    for (const Parameter& parameter : all.parameters) {
      const bool named = parameter.name == moved[0] || parameter.name == moved[1];
      EXPECT_EQ(here.at(parameter.name), named ? there.at(parameter.name) : parameter.value) << parameter.name;
    }
  }
}

TEST(Calibration, RefusesWhatCannotMove) {
  const Evidence& evidence = stance("sceptical");
  for (const char* name : {"effect.emaxx", "delivery.CB.intravenous", "severity.MSC.I"})
    EXPECT_THROW(moving_only(evidence, std::vector<std::string>{name}), InternalError) << name;
}

// trial.drift ~ N(1.5, 1.3^2) with a target of 3 +- 1.3 on itself: N(2.25, 1.3^2 / 2). emax is log-normal with sigma
// 0.385; a target on log emax of log 6 +- 0.385 gives the geometric mean and sigma / sqrt 2.
TEST(Calibration, RefitsWithinTheFamily) {
  const std::vector<std::string> moved{"trial.drift", "effect.emax"};
  Evidence evidence = moving_only(stance("sceptical"), moved);
  const auto draws = draws_of(evidence, moved, seed, count);
  std::vector<double> log_emax;
  for (const double value : draws[1]) log_emax.push_back(std::log(value));
  const std::vector<Target> targets{{"drift", 3, 1.3}, {"log emax", std::log(6.0), 0.385}};
  const ImportanceWeights weights = importance_weights(targets, {draws[0], log_emax});
  const Evidence fitted = refit(stance("sceptical"), moved, draws, weights, "history");
  const double error = 4.5 / std::sqrt(weights.effective_sample_size);
  const Parameter* drift = find(fitted, "trial.drift");
  const Parameter* emax = find(fitted, "effect.emax");
  constexpr double rounding = 1e-3;  // four significant digits are kept
  EXPECT_NEAR(drift->value, 2.25, error * 1.3 / std::sqrt(2.0) + rounding);
  EXPECT_NEAR(drift->uncertainty.sd, 1.3 / std::sqrt(2.0), error * 1.3 / 2 + rounding);
  EXPECT_NEAR(std::log(emax->value), (std::log(6.0) + std::log(4.0)) / 2, error * 0.385 / std::sqrt(2.0) + rounding);
  EXPECT_NEAR(emax->uncertainty.sigma, 0.385 / std::sqrt(2.0), error * 0.385 / 2 + rounding);
  EXPECT_EQ(emax->uncertainty.kind, Uncertainty::Kind::lognormal);
  EXPECT_TRUE(emax->source.ends_with("history"));
}

TEST(Calibration, WhatIsWrittenIsEvidence) {
  const std::vector<std::string> moved{"delivery.MSC.intrathecal", "age.floor"};
  const auto draws = draws_of(moving_only(stance("sceptical"), moved), moved, seed, count);
  // Their product is wanted large: both rise, and what is left of the freedom is a negative correlation.
  std::vector<double> product;
  for (std::size_t d = 0; d < draws[0].size(); ++d) product.push_back(std::log(draws[0][d] * draws[1][d]));
  const std::vector<Target> targets{{"product", std::log(3.0), 0.2}};
  const ImportanceWeights weights = importance_weights(targets, {product});
  Evidence fitted = refit(stance("sceptical"), moved, draws, weights, "history");
  EXPECT_NO_THROW(check(fitted));
  EXPECT_NO_THROW(ParameterDraws{fitted});
  EXPECT_GT(find(fitted, "delivery.MSC.intrathecal")->value, 2.4);
  EXPECT_GT(find(fitted, "age.floor")->value, 0.5);
  ASSERT_EQ(fitted.joint.size(), 1u);
  EXPECT_EQ(fitted.joint[0].parameters.size(), 9u);
  EXPECT_EQ(fitted.joint[0].parameters[0], moved[0]);
  EXPECT_LT(fitted.joint[0].correlation[0][1], -0.3);
  // What was not moved keeps its value and its law.
  EXPECT_EQ(find(fitted, "effect.emax")->value, 4.0);
  EXPECT_EQ(find(fitted, "effect.emax")->uncertainty.sigma, 0.385);
  // The refitted law gives draws that come nearer to the target than those before.
  const auto again = draws_of(moving_only(fitted, moved), moved, seed, count);
  double before = 0, after = 0;
  for (std::size_t d = 0; d < product.size(); ++d) {
    before += product[d] / static_cast<double>(count);
    after += std::log(again[0][d] * again[1][d]) / static_cast<double>(count);
  }
  EXPECT_LT(std::fabs(after - std::log(3.0)), std::fabs(before - std::log(3.0)) / 2);
}

TEST(Calibration, RefusesTooFewEffectiveDraws) {
  const std::vector<std::string> moved{"effect.emax"};
  const auto draws = draws_of(stance("sceptical"), moved, seed, 500);
  const std::vector<Target> targets{{"far", 30, 0.1}};
  const ImportanceWeights weights = importance_weights(targets, {draws[0]});
  EXPECT_LT(weights.effective_sample_size, smallest_effective_sample_size(1));
  EXPECT_THROW(refit(stance("sceptical"), moved, draws, weights, ""), NumericalFailure);
}

TEST(Calibration, FitIsToldBeforeAndAfter) {
  const std::vector<std::string> moved{"trial.drift"};
  const auto draws = draws_of(moving_only(stance("sceptical"), moved), moved, seed, count);
  const std::vector<Target> targets{{"drift", 3, 1.3}};
  const ImportanceWeights weights = importance_weights(targets, draws);
  const Table fit = calibrated_fit(targets, draws, weights);
  const auto number = [&](const char* column) { return std::get<std::vector<double>>(fit.find(column)->values)[0]; };
  EXPECT_NEAR(number("before"), 1.5, 4.5 * 1.3 / std::sqrt(count));
  EXPECT_NEAR(number("after"), 2.25, 4.5 * 1.1 / std::sqrt(weights.effective_sample_size));
  EXPECT_LT(std::fabs(number("after_z")), std::fabs(number("before_z")));
  EXPECT_EQ(calibrated_parameters(moved, draws, weights).rows(), 2u);
}

}  // namespace
}  // namespace vcohort
