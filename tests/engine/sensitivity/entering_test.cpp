#include "engine/sensitivity/entering.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine/evidence/evidence.hpp"
#include "engine/sensitivity/rank_correlation.hpp"
#include "tests/engine/patient/stances.hpp"

namespace vcohort {
namespace {

using namespace test;

constexpr std::uint64_t seed = 11;

/// Names of the inputs that enter an output.
std::vector<std::string> entering(const AnswersAt& answers, std::size_t output) {
  const Evidence& evidence = stance("sceptical");
  const std::vector<UncertainInput> inputs = uncertain_inputs(evidence);
  const auto enters = entering_inputs(evidence, seed, inputs, answers);
  std::vector<std::string> names;
  for (std::size_t k = 0; k < inputs.size(); ++k)
    if (enters.at(output)[k]) names.push_back(inputs[k].parameter);
  return names;
}

double value(const Evidence& point, const char* name) {
  return find(point, name)->value;
}

TEST(Entering, OnlyWhatAnAnswerDependsOn) {
  const AnswersAt answers = [](const Evidence& point, std::uint32_t) -> std::vector<std::vector<double>> {
    return {{1.0, value(point, "trial.drift")}, {value(point, "age.midpoint") * value(point, "age.floor")}, {7.0}};
  };
  EXPECT_EQ(entering(answers, 0), std::vector<std::string>{"trial.drift"});
  const std::vector<std::string> of_product = entering(answers, 1);
  EXPECT_EQ(of_product.size(), 2u);
  EXPECT_TRUE(entering(answers, 2).empty());
}

TEST(Entering, AMissingAnswerEqualsItself) {
  const AnswersAt answers = [](const Evidence&, std::uint32_t) -> std::vector<std::vector<double>> {
    return {{std::nan("")}};
  };
  EXPECT_TRUE(entering(answers, 0).empty());
}

TEST(Entering, EveryParameterIsCertainAtAPoint) {
  const AnswersAt answers = [](const Evidence& point, std::uint32_t) -> std::vector<std::vector<double>> {
    for (const Parameter& parameter : point.parameters)
      EXPECT_EQ(parameter.uncertainty.kind, Uncertainty::Kind::fixed) << parameter.name;
    EXPECT_TRUE(point.joint.empty());
    return {{0.0}};
  };
  entering(answers, 0);
}

// z of the standard normal at 1 - (1 - 0.95^(1/m)) / 2, over the square root of n - 1.
TEST(ChanceLimit, IsTheQuantileOfTheStrongest) {
  EXPECT_NEAR(chance_limit(1, 401), 0.0979982, 1e-6);
  EXPECT_NEAR(chance_limit(100, 401), 0.1736989, 1e-6);
}

TEST(ChanceLimit, IsExceededByTheStrongestInOneAnswerOfTwenty) {
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  constexpr int answers = 2000, inputs = 10, n = 101;
  int exceeded = 0;
  for (int answer = 0; answer < answers; ++answer) {
    std::vector<double> y(n), x(n);
    for (double& value : y) value = normal(generator);
    double strongest = 0;
    for (int input = 0; input < inputs; ++input) {
      for (double& value : x) value = normal(generator);
      strongest = std::max(strongest, std::fabs(rank_correlation(x, y).rho));
    }
    exceeded += strongest > chance_limit(inputs, n);
  }
  const double share = static_cast<double>(exceeded) / answers;
  EXPECT_NEAR(share, 0.05, 4 * std::sqrt(0.05 * 0.95 / answers));
}

}  // namespace
}  // namespace vcohort
