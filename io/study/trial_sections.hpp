#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/methods.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/outcome_kind.hpp"
#include "engine/study/size.hpp"
#include "io/study/field.hpp"

/// What the files of [trial] share: its tables, and what their keys may refer to.
namespace vcohort {

extern const SectionSpec arm_section;
extern const SectionSpec design_section;
extern const SectionSpec randomisation_section;
extern const SectionSpec accrual_section;
extern const SectionSpec dropout_section;
extern const SectionSpec intercurrent_section;
extern const SectionSpec analysis_section;
extern const SectionSpec hierarchy_section;
extern const SectionSpec final_section;
extern const SectionSpec looks_section;
extern const SectionSpec efficacy_section;
extern const SectionSpec futility_section;
extern const SectionSpec observed_section;
extern const SectionSpec today_section;
extern const SectionSpec data_arm_section;
extern const SectionSpec data_endpoint_section;
extern const SectionSpec multiplicity_section;
extern const SectionSpec data_covariate_section;
extern const SectionSpec correlation_section;

inline constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;

/// The information that a look of a running trial may have, times the planned maximum.
inline constexpr double furthest_observed = 5;

/// What the keys of a trial may refer to.
struct TrialFrame {
  bool simulated = true;                              // false: there is only a data file to analyse
  const DataModel* model = nullptr;                   // null: the disease model, or none
  const DataColumns* data = nullptr;                  // null: no data file
  const std::vector<Strategy>* strategies = nullptr;  // of the disease model
  std::vector<std::string_view> arm_names;            // that an arm may have; empty where they were refused
  std::vector<double> visits_months;   // after baseline; empty where they were refused, and without visits
  std::vector<std::string> endpoints;  // that are recorded; empty where they were refused

  bool has_visits() const {
    return !model || !visits_months.empty() || seen_at_visits(endpoints_of(*model).front().kind);
  }
  bool has_several_endpoints() const { return simulated && model && !model->endpoints.empty(); }

  /// What an analysis compares, of a data model; null where it is not known. With one endpoint it is always that.
  const DataModel* endpoint_of(const AnalysisPlan&) const;
  bool has_visits(const AnalysisPlan&) const;
  bool disease_model() const { return simulated && !model; }

  /// What strata may be made of, and what may be adjusted for, of a data model without the baseline.
  std::vector<std::string_view> factors() const;
  std::vector<std::string_view> covariates() const;
  const DataCovariate* covariate_called(std::string_view name) const;  // of a data model; null if there is none

  const Strategy* strategy_called(std::string_view name) const;  // null if there is none
  bool starts_late(const Arm&) const;                            // whether the arm receives cells from its crossover on
};

TrialFrame trial_frame(const Study& study, bool simulated);

/// The trial of the study that is read or written.
inline const TrialQuestion& trial_of(const Scope& scope) {
  return *scope.study->trial;
}

/// Refuses a name of which no strata can be made.
void refuse_factor(const KeyAt& at, const Place& place, const std::string& name);

/// Refuses arms, and empties the list where one of them is refused, so that nothing else is blamed on it.
void read_arms(const KeyAt& at, TrialQuestion& trial);

/// Permuted blocks of twice the sum of the ratios.
int default_block(const TrialQuestion& trial);

/// "a binary outcome is seen at visits".
std::string outcome_has(const DataModel& model, std::string_view what);

void read_data_arms(const KeyAt& at, DataModel& model);
void write_data_arms(const DataModel& model, const Scope& scope, const std::string& path, std::string& text);

void read_intercurrent(const KeyAt& at, TrialQuestion& trial);

/// Whether such a design can be simulated, alone and beside the other keys of the trial.
void check_design(const KeyAt& at, const TrialQuestion& trial);

/// Refuses a method that does not analyse what was randomised, of a simulated trial and of a data file.
void check_units(const KeyAt& at, const analysis::Method& method);

/// Refuses correlations and carry-over of a data model that the design has no use for.
void check_correlation_of_units(const TableReader& table, const TrialQuestion& trial, const DataModel* model);

/// Whether there is such a final analysis.
void check_final(const KeyAt& at, const TrialQuestion& trial);

/// What the looks of a trial ask of its arms, level and analysis; and whether there are such bounds.
void check_looks(const KeyAt& at, const TrialQuestion& trial);

/// Whether the claims of a family keep its level.
void check_multiplicity(const KeyAt& at, const TrialQuestion& trial);

void read_primary(const KeyAt& at, TrialQuestion& trial);
void read_secondary(const KeyAt& at, TrialQuestion& trial);
void write_primary(const TrialQuestion& trial, const Scope& scope, const std::string& path, std::string& text);
void write_secondary(const TrialQuestion& trial, const Scope& scope, const std::string& path, std::string& text);

/// A table { "name" = number } as one number per name, of what is called `what`; those that it leaves out have
/// `otherwise`. Nothing when refused.
std::optional<std::vector<double>> read_per_name(const KeyAt& at, std::span<const std::string_view> names,
                                                 std::string_view what, double otherwise);
std::optional<std::vector<double>> read_per_arm(const KeyAt& at, double otherwise);
std::string write_per_arm(const std::vector<double>& numbers, const Scope& scope);

}  // namespace vcohort
