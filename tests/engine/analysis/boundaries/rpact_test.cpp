#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/study/trial_names.hpp"
#include "tests/engine/analysis/boundaries/designs.hpp"

// Designs that R's rpact computes; see tests/oracles/boundaries/make.R.
namespace vcohort::boundaries {
namespace {

using nlohmann::json;

template <class Enum, class Names>
Enum named(const Names& names, const std::string& name) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<double> reals(const json& list) {
  std::vector<double> values;
  for (const json& entry : list) values.push_back(entry.is_null() ? NAN : entry.get<double>());
  return values;
}

Design design_of(const json& given) {
  Design design;
  Looks& looks = design.looks;
  looks.information = reals(given.at("information"));
  looks.power = given.at("power");
  design.two_sided = given.value("two_sided", false);
  design.level = given.at("alpha").get<double>() / (design.two_sided ? 2 : 1);
  if (given.contains("boundary"))
    looks.efficacy.boundary = named<Looks::Efficacy::Boundary>(boundary_names, given.at("boundary"));
  if (given.contains("spending"))
    looks.efficacy.spending.kind = named<Spending::Kind>(spending_names, given.at("spending"));
  looks.efficacy.delta = given.value("delta", 0.0);
  looks.efficacy.z = given.value("z", 3.0);
  looks.efficacy.spending.gamma = given.value("gamma", 0.0);
  looks.efficacy.spending.rho = given.value("rho", 0.0);
  if (given.contains("futility_z")) looks.futility.emplace().z = reals(given.at("futility_z"));
  if (given.contains("beta_spending"))
    looks.futility.emplace().spending =
        spending(named<Spending::Kind>(spending_names, given.at("beta_spending")), given.at("beta_parameter"));
  if (looks.futility) looks.futility->binding = given.value("binding", false);
  return design;
}

TEST(Rpact, AgreesOnBoundsInflationAndExpectedInformation) {
  std::ifstream file(std::string(VCOHORT_ORACLES) + "/boundaries/designs.json");
  const json cases = json::parse(file).at("cases");
  EXPECT_GE(cases.size(), 14U);
  constexpr double digits = 2e-6;  // its own quadrature differs by 1.3e-6 where looks are close
  for (const json& given : cases) {
    SCOPED_TRACE(given.at("name").get<std::string>());
    const Calibrated found = calibrate(design_of(given));
    const std::vector<double> efficacy = reals(given.at("efficacy")), futility = reals(given.at("futility"));
    const std::vector<double> expected = reals(given.at("expected"));
    ASSERT_EQ(found.bounds.looks(), efficacy.size());
    for (std::size_t k = 0; k < efficacy.size(); ++k) EXPECT_NEAR(found.bounds.efficacy[k], efficacy[k], digits) << k;
    for (std::size_t k = 0; k < futility.size(); ++k) {
      if (std::isnan(futility[k])) continue;
      EXPECT_NEAR(found.bounds.futility[k], futility[k], digits) << k;
    }
    EXPECT_NEAR(found.inflation, given.at("inflation").get<double>(), digits);
    for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(found.information.at(k), expected[k], digits) << k;
  }
}

}  // namespace
}  // namespace vcohort::boundaries
