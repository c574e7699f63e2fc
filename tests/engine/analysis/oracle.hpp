#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"

/// Datasets and results that R made; see tests/oracles/analysis/make.R.
namespace vcohort::analysis {

/// The cases of a file, by value, so that a loop may run over the result of the call.
inline nlohmann::json oracle(const std::string& name) {
  std::ifstream file(std::string(VCOHORT_ORACLES) + "/analysis/" + name + ".json");
  EXPECT_TRUE(file) << name;
  auto cases = nlohmann::json::parse(file).at("cases");
  EXPECT_FALSE(cases.empty()) << name;
  return cases;
}

/// null is a missing value.
inline std::vector<double> reals(const nlohmann::json& column) {
  std::vector<double> values;
  for (const auto& entry : column) values.push_back(entry.is_null() ? std::nan("") : entry.get<double>());
  return values;
}

inline std::vector<int> codes(const nlohmann::json& column) {
  std::vector<int> values;
  for (const auto& entry : column) values.push_back(entry.is_null() ? -1 : entry.get<int>());
  return values;
}

/// Owns the columns of a dataset.
struct Columns {
  std::vector<int> arm, stratum;
  std::vector<double> outcome, baseline, time, exposure;
  std::vector<std::uint8_t> event;
  std::vector<std::vector<double>> covariates;
  std::vector<std::vector<int>> factors;
  std::vector<int> levels;
  int arms = 2;
  int strata = 1;

  Dataset view() {
    spans_.assign(covariates.begin(), covariates.end());
    factor_views_.clear();
    for (std::size_t f = 0; f < factors.size(); ++f) factor_views_.push_back({factors[f], levels[f]});
    Dataset data;
    data.arms = arms;
    data.arm = arm;
    data.outcome = outcome;
    data.covariates = spans_;
    data.factors = factor_views_;
    data.strata = strata;
    data.stratum = stratum;
    data.time = time;
    data.event = event;
    data.exposure = exposure;
    return data;
  }

 private:
  std::vector<std::span<const double>> spans_;
  std::vector<Factor> factor_views_;
};

/// Times to an event, and whether it happened.
inline Columns times_of(std::vector<int> arm, std::vector<double> time, std::vector<std::uint8_t> event) {
  Columns columns;
  columns.arm = std::move(arm);
  columns.time = std::move(time);
  columns.event = std::move(event);
  return columns;
}

inline Columns columns_of(const nlohmann::json& test_case) {
  const auto& data = test_case.at("data");
  Columns columns;
  columns.arm = codes(data.at("arm"));
  columns.arms = test_case.value("arms", 2);
  columns.strata = test_case.value("strata", 1);
  if (data.contains("outcome")) columns.outcome = reals(data["outcome"]);
  if (data.contains("baseline")) columns.baseline = reals(data["baseline"]);
  if (data.contains("time")) columns.time = reals(data["time"]);
  if (data.contains("exposure")) columns.exposure = reals(data["exposure"]);
  if (data.contains("stratum")) columns.stratum = codes(data["stratum"]);
  if (data.contains("event")) {
    for (const auto& event : data["event"]) columns.event.push_back(event.get<std::uint8_t>());
  }
  if (test_case.contains("covariates")) {
    for (const auto& covariate : test_case["covariates"]) columns.covariates.push_back(reals(covariate));
  }
  if (test_case.contains("factors")) {
    for (const auto& factor : test_case["factors"]) columns.factors.push_back(codes(factor));
    columns.levels = codes(test_case["levels"]);
  }
  return columns;
}

/// |value - expected| <= relative |expected|; the oracle prints 15 digits, so 1e-8 is far above its rounding.
inline void expect_close(double value, double expected, double relative, const std::string& what) {
  EXPECT_NEAR(value, expected, relative * std::fabs(expected)) << what;
}

/// Compares every number that the oracle states for a contrast.
inline void expect_matches(const Estimate& estimate, const nlohmann::json& expected, double relative,
                           const std::string& what) {
  ASSERT_EQ(estimate.failure, Failure::none) << what << ": " << name_of(estimate.failure);
  const auto compare = [&](const char* key, double value) {
    if (expected.contains(key)) expect_close(value, expected[key].get<double>(), relative, what + " " + key);
  };
  compare("estimate", estimate.estimate);
  compare("se", estimate.se);
  compare("df", estimate.df);
  compare("statistic", estimate.statistic);
  compare("p", estimate.p);
  compare("lower", estimate.lower);
  compare("upper", estimate.upper);
}

}  // namespace vcohort::analysis
