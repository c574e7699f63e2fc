#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/study/study.hpp"
#include "io/study/key_spec.hpp"
#include "io/study/problems.hpp"
#include "io/study/study_reader.hpp"
#include "io/study/toml_document.hpp"

/// The sections of a study: one file each, with the declaration of its keys and the function that reads it. A new
/// section is such a file, a line in `study_sections()` and one in write_study().
namespace vcohort {

struct KeyAt;

/// What reading a section fills in.
struct StudyContext {
  Study study = {};
  StudyPlaces places = {};
  std::vector<std::string> notices = {};
  Problems& problems;

  /// Tells the user what was understood differently from what is written.
  void notice(const Place& place, std::string_view text);
};

struct StudySection {
  const SectionSpec* spec;
  bool list = false;      // [[strategy]] and not [strategy]
  bool required = false;  // where the study is about the patients of the disease model
  void (*read)(const TomlValue&, StudyContext&) = nullptr;
};

/// In the order in which they are read and documented: a later section may look at what an earlier one has filled in.
std::span<const StudySection> study_sections();

/// The top level, the sections and the tables inside of them, for the documentation.
std::span<const SectionSpec* const> documented_tables();

extern const SectionSpec top_section;
extern const SectionSpec population_section;
extern const SectionSpec distribution_section;
extern const SectionSpec eligibility_section;
extern const SectionSpec strategy_section;
extern const SectionSpec choose_section;
extern const SectionSpec grid_section;
extern const SectionSpec strata_section;
extern const SectionSpec outcomes_section;
extern const SectionSpec cohort_section;
extern const SectionSpec data_model_section;
extern const SectionSpec data_section;
extern const SectionSpec trial_section;
extern const SectionSpec policy_section;
extern const SectionSpec override_section;
extern const SectionSpec sweep_section;
extern const SectionSpec claim_section;
extern const SectionSpec claim_contrast_section;
extern const SectionSpec claim_number_section;

void read_top(const TomlValue& document, StudyContext& context);
void read_strategies(const TomlValue& list, StudyContext& context);
void read_grid(const TomlValue& table, StudyContext& context);
void read_strata(const TomlValue& table, StudyContext& context);
void read_trial(const TomlValue& table, StudyContext& context);
void read_overrides(const TomlValue& list, StudyContext& context);
void read_sweep(const TomlValue& list, StudyContext& context);

/// Append a section that is not written by its declarations alone.
void write_strata(const Stratification& stratification, std::string& text);
void write_trial(const Study& study, std::string& text);

/// A distribution as a table: { distribution = "uniform", low = 1, high = 12 }, or bands with shares. The support lies
/// in the declared range of the key.
void read_distribution(const KeyAt& at, Distribution& distribution);

/// Smallest and largest value that a distribution can give.
Interval support_of(const Distribution&);

/// Shares that sum to one: within 0.02 they are rescaled with a notice, else refused. Nothing when refused.
std::optional<std::vector<double>> whole_shares(std::vector<double> shares, const Place& place, std::string_view what,
                                                StudyContext& context);

}  // namespace vcohort
