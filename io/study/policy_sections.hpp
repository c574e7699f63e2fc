#pragma once
#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

/// What the files of [policy] share: one reads the question, one its costs, groups and budget.
namespace vcohort {

extern const SectionSpec discount_section;
extern const SectionSpec exchange_section;
extern const SectionSpec extrapolation_section;
extern const SectionSpec willingness_section;
extern const SectionSpec policy_cost_section;
extern const SectionSpec policy_population_section;
extern const SectionSpec policy_research_section;
extern const SectionSpec budget_section;

/// Index of the strategy called `name`; reports what is not there.
std::optional<int> strategy_called(const TableReader& reader, std::string_view key, const Study& study);

void read_policy_costs(const TableReader& reader, const Study& study, PolicyQuestion& question);
void read_evppi(const TableReader& reader, PolicyQuestion& question);
void read_policy_population(const TableReader& reader, PolicyQuestion& question);
/// The trial and the population must have been read.
void read_policy_research(const TableReader& reader, const Study& study, PolicyQuestion& question);
void read_budget(const TableReader& reader, const Study& study, PolicyQuestion& question);

}  // namespace vcohort
