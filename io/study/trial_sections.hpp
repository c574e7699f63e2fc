#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/study/trial_methods.hpp"
#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

/// What the files of [trial] share: one reads the arms and the conduct of the trial, one its analyses.
namespace vcohort {

extern const SectionSpec arm_section;
extern const SectionSpec randomisation_section;
extern const SectionSpec accrual_section;
extern const SectionSpec dropout_section;
extern const SectionSpec intercurrent_section;
extern const SectionSpec estimand_section;
extern const SectionSpec analysis_section;
extern const SectionSpec data_arm_section;
extern const SectionSpec correlation_section;

/// What the keys of a trial may refer to.
struct TrialFrame {
  bool simulated = true;                              // false: there is only a data file to analyse
  const DataModel* model = nullptr;                   // null: the disease model, or none
  const DataColumns* data = nullptr;                  // null: no data file
  const std::vector<Strategy>* strategies = nullptr;  // of the disease model
  std::vector<std::string_view> arm_names;            // that an arm may have; empty where they were refused
  std::vector<double> visits_months;   // after baseline; empty where they were refused, and without visits
  std::vector<std::string> endpoints;  // that are recorded; empty where they were refused

  bool has_visits() const { return !model || seen_at_visits(model->kind); }
  bool disease_model() const { return simulated && !model; }

  const Strategy* strategy_called(std::string_view name) const;  // null if there is none
  bool starts_late(const Arm&) const;                            // whether the arm receives cells from its crossover on
};

/// A trial may cross over, be randomised, lose patients and so on only with what its arms are called.
void read_arms(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context);
void read_randomisation(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame,
                        StudyContext& context);
void read_accrual(const TableReader& reader, TrialQuestion& trial, StudyContext& context);
void read_dropout(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context);
void read_intercurrent(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context);

/// The primary and the secondary analyses; needs the randomisation, whose cuts of age they share.
void read_analyses(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context);

/// A table { "name of an arm" = number } as one number per arm; arms that it leaves out have `otherwise`. Nothing when
/// absent or refused.
std::optional<std::vector<double>> read_per_arm(const TableReader& reader, std::string_view key,
                                                const std::vector<Arm>& arms, double otherwise);

/// A list of texts that may be empty, none of them twice. Nothing when refused.
std::optional<std::vector<std::string>> distinct_texts(const TableReader& reader, std::string_view key);

/// The place of an item of a list, or of the value that stands for a list of one; of the table if absent.
Place item_place(const TableReader& reader, std::string_view key, std::size_t index);

/// Refuses `key`, if it is there, because of `why`.
void refuse_without_effect(const TableReader& reader, std::string_view key, std::string_view why);

/// Refuses the absence of `key`.
void require_key(const TableReader& reader, std::string_view key, std::string_view why);

/// Refuses the first number that is not above the one before.
bool check_ascending(const TableReader& reader, std::string_view key, const std::vector<double>& numbers);

/// The index of `name` in `names`.
template <typename Names>
std::optional<int> index_of(const Names& names, std::string_view name) {
  int index = 0;
  for (const auto& known : names) {
    if (known == name) return index;
    ++index;
  }
  return std::nullopt;
}

}  // namespace vcohort
