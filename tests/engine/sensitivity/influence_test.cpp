#include "engine/sensitivity/influence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/evidence/registry.hpp"
#include "engine/evidence/values.hpp"
#include "tests/engine/patient/stances.hpp"

namespace vcohort {
namespace {

using namespace test;

constexpr std::uint64_t seed = 11;
constexpr std::uint32_t draws = 2000;

/// An answer that is linear in two independent normal parameters, drawn from their addresses.
DrawOutput linear_answer(const Evidence& evidence, double of_drift, double of_midpoint) {
  DrawOutput output{"cohort", "cells", "linear", {}, {}};
  const ParameterDraws parameters(evidence);
  for (std::uint32_t d = 0; d < draws; ++d) {
    const ParameterValues values = parameters.draw(seed, d);
    output.draw.push_back(d);
    output.value.push_back(of_drift * (values.at("trial.drift") - 1.5) / 1.3 +
                           of_midpoint * (values.at("age.midpoint") - 5));
  }
  return output;
}

double number(const Table& table, const char* column, const std::string& parameter) {
  const auto& names = std::get<std::vector<std::string>>(table.find("parameter")->values);
  for (std::size_t row = 0; row < names.size(); ++row)
    if (names[row] == parameter) return std::get<std::vector<double>>(table.find(column)->values)[row];
  throw std::out_of_range(parameter);
}

// For two standard normals with weights 0.8 and -0.6 Pearson's correlations are 0.8 and -0.6, and Spearman's is
// 6 / pi asin(r / 2).
TEST(Influence, OfALinearAnswerIsKnown) {
  const Evidence& evidence = stance("sceptical");
  const Table table = influence(evidence, seed, {linear_answer(evidence, 0.8, -0.6)});
  const double pi = std::acos(-1.0);
  for (const auto& [name, r] : {std::pair{"trial.drift", 0.8}, std::pair{"age.midpoint", -0.6}}) {
    EXPECT_NEAR(number(table, "rank_correlation", name), 6 / pi * std::asin(r / 2), 4.5 * number(table, "se", name));
  }
  const auto& names = std::get<std::vector<std::string>>(table.find("parameter")->values);
  EXPECT_EQ(names[0], "trial.drift");
  EXPECT_EQ(names[1], "age.midpoint");
  // Everything else has nothing to do with it: 4.5 standard errors of zero.
  for (std::size_t row = 2; row < names.size(); ++row) {
    const double rho = std::get<std::vector<double>>(table.find("rank_correlation")->values)[row];
    EXPECT_LT(std::fabs(rho), 4.5 / std::sqrt(draws - 3.0)) << names[row];
  }
}

TEST(Influence, OrderOfDrawsDoesNotMatter) {
  const Evidence& evidence = stance("sceptical");
  DrawOutput output = linear_answer(evidence, 1, 0);
  const Table straight = influence(evidence, seed, {output});
  std::reverse(output.draw.begin(), output.draw.end());
  std::reverse(output.value.begin(), output.value.end());
  EXPECT_EQ(number(influence(evidence, seed, {output}), "rank_correlation", "trial.drift"),
            number(straight, "rank_correlation", "trial.drift"));
}

TEST(Influence, ASharedDrawCountsOnce) {
  std::size_t severity = 0, disturbance = 0;
  for (const UncertainInput& input : uncertain_inputs(stance("sceptical"))) {
    if (input.parameter == "severity") severity += input.members;
    disturbance += input.parameter == "disturbance";
    EXPECT_FALSE(input.parameter.starts_with("severity."));
  }
  EXPECT_EQ(severity, 16u);  // four levels beside the reference, of four cell types
  EXPECT_EQ(disturbance, 1u);
}

}  // namespace
}  // namespace vcohort
