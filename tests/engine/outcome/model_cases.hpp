#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/outcome/outcome.hpp"

/// The fully specified cases of tests/oracles/model_cases.json: an independent evaluation of the model with 50 digits.
namespace vcohort::test {

struct ModelCase {
  std::string name, stance;
  nlohmann::json input, expected;

  bool with_cells() const { return !input["cell"].is_null(); }
  double number(const char* key) const { return input[key].get<double>(); }
  bool flag(const char* key) const { return input[key].get<bool>(); }
  int level() const;
  Injury injury() const;

  /// The strategies of a study begin at baseline, a case may begin later: its clock is moved to its first infusion,
  /// which changes neither development nor effect. Months from baseline to the first infusion; 0 without cells.
  double start_months() const;
  double months() const { return number("months") - start_months(); }
  double age_years() const { return number("age_years") + start_months() / 12; }

  /// "rehabilitation" without cells.
  Strategy strategy() const;
};

/// Tolerance of the comparison: 1e-9, relative above one.
double tolerance_of(double expected);

const std::vector<ModelCase>& model_cases();

}  // namespace vcohort::test
