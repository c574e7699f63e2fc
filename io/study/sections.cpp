#include "io/study/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "io/study/number_text.hpp"
#include "io/study/record.hpp"

namespace vcohort {

namespace {

template <typename Record>
Record& made(Record& member) {
  return member;
}
template <typename Record>
Record& made(std::optional<Record>& member) {
  return member.emplace();
}

/// A section whose record is a member of the study.
template <auto Member, const SectionSpec& Section>
void read_section(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, Section, context.problems);
  auto& record = made(context.study.*Member);
  if (table.is_table()) fill(reader, record, {&context.study, nullptr, &context});
}

void list_tables(const SectionSpec& section, std::vector<const SectionSpec*>& tables) {
  if (std::find(tables.begin(), tables.end(), &section) != tables.end()) return;
  tables.push_back(&section);
  for (const KeySpec& key : section.keys) {
    if (key.table) list_tables(*key.table, tables);
  }
}

}  // namespace

void StudyContext::notice(const Place& place, std::string_view text) {
  notices.push_back(fmt::format("{}: {}", text_of(place, problems.file_name()), text));
}

std::span<const StudySection> study_sections() {
  static constexpr std::array<StudySection, 13> sections = {{
      {.spec = &population_section, .required = true, .read = read_section<&Study::population, population_section>},
      {.spec = &strategy_section, .list = true, .read = read_strategies},
      {.spec = &grid_section, .read = read_grid},
      {.spec = &strata_section, .read = read_strata},
      {.spec = &outcomes_section, .required = true, .read = read_section<&Study::outcomes, outcomes_section>},
      {.spec = &data_model_section, .read = read_section<&Study::data_model, data_model_section>},
      {.spec = &data_section, .read = read_section<&Study::data, data_section>},
      {.spec = &cohort_section, .read = read_section<&Study::cohort, cohort_section>},
      {.spec = &trial_section, .read = read_trial},
      {.spec = &policy_section, .read = read_section<&Study::policy, policy_section>},
      {.spec = &override_section, .list = true, .read = read_overrides},
      {.spec = &claim_section, .read = read_section<&Study::claim, claim_section>},
      {.spec = &sweep_section, .list = true, .read = read_sweep},
  }};
  return sections;
}

std::span<const SectionSpec* const> documented_tables() {
  static const std::vector<const SectionSpec*> tables = [] {
    std::vector<const SectionSpec*> found;
    list_tables(top_section, found);
    for (const StudySection& section : study_sections()) list_tables(*section.spec, found);
    return found;
  }();
  return tables;
}

std::optional<std::vector<double>> whole_shares(std::vector<double> shares, const Place& place, std::string_view what,
                                                StudyContext& context) {
  constexpr double rounding = 1e-9;          // sums of printed digits, and of shares that were rescaled before
  constexpr double most_that_rounds = 0.02;  // shares of a table that is printed in per cent
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (std::fabs(sum - 1) <= rounding) return shares;
  if (std::fabs(sum - 1) > most_that_rounds + rounding) {
    context.problems.add(place, fmt::format("{} sum to {}", what, number_text(sum)), "they must be within 0.02 of 1",
                         "correct the shares");
    return std::nullopt;
  }
  for (double& share : shares) share /= sum;
  context.notice(place, fmt::format("{} sum to {} and were rescaled to 1", what, number_text(sum)));
  return shares;
}

}  // namespace vcohort
