#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a data model knows of its patients before treatment. Plain structs, as validated.
namespace vcohort {

/// A covariate of a data model. Behind each stands a standard normal of the patient; those of several covariates may be
/// correlated (a Gaussian copula). A normal covariate is mean + sd times it, the levels of the others are its intervals
/// from the lowest on.
struct DataCovariate {
  std::string name;
  enum class Kind : std::uint8_t { normal, binary, categorical, site } kind = Kind::normal;
  double mean = 0, sd = 0;          // normal
  std::optional<int> decimals;      // normal: to which it is recorded; what it does to the outcome is not rounded
  std::vector<double> cuts;         // normal: where groups of recorded values begin, ascending; strata are made of them
  std::vector<std::string> levels;  // but of a normal covariate
  std::vector<double> shares;       // of the levels; sum to one
  /// What it adds to the outcome's own scale: points, log odds, log hazard or log rate. Normal: one number, per unit
  /// above the mean; else one for each level, the first 0. Empty: nothing.
  std::vector<double> effect;
  std::vector<std::vector<double>> interaction;  // [arm of the model], what `effect` has more in it; empty: none
  std::vector<double> opened_months;  // site: since the first day of accrual, from when each recruits; empty: 0
  double rate_cv = 0;                 // site: coefficient of variation of gamma factors of its rates, drawn per trial
  double effect_sd = 0;               // site: SD of an effect of each that is drawn per trial
  std::vector<double> by_visit;       // what effect and interaction are multiplied by at each visit; empty: 1

  bool is_normal() const { return kind == Kind::normal; }
  bool is_site() const { return kind == Kind::site; }

  /// How many levels it has as a factor: its own, or the groups that cuts make.
  int factor_levels() const { return static_cast<int>(is_normal() ? cuts.size() + 1 : levels.size()); }
};

/// Whether the numbers of a data model's arms speak of all patients, or of one whose covariates stand at their
/// reference: a normal one at its mean, the others at their first level.
enum class ArmNumbers : std::uint8_t { marginal, conditional };

}  // namespace vcohort
