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
extern const SectionSpec sensitivity_section;
extern const SectionSpec moved_section;
extern const SectionSpec threshold_section;
extern const SectionSpec sobol_section;

/// Index of the strategy called `name`; reports what is not there.
std::optional<int> strategy_called(const TableReader& reader, std::string_view key, const Study& study);

void read_policy_costs(const TableReader& reader, const Study& study, PolicyQuestion& question);

/// Refuses strategies that are chosen by a marker without the cost of its measurement.
void require_costs_of_choices(const TableReader& reader, const Study& study, const PolicyQuestion& question);
/// Named groups of parameters: { utilities = ["utility"] }.
std::vector<EvppiGroup> read_parameter_groups(const TableReader& reader, std::string_view key);

/// Whether `name` is a parameter, or the beginning of some up to a dot.
bool names_parameters(std::string_view name);

/// Whether all parameters that `name` stands for are prices.
bool names_prices_alone(std::string_view name);

/// Reports a name that is none, with the nearest one.
void refuse_parameter(const TomlValue& name, const std::string& where, Problems& problems);

void read_sensitivity(const TableReader& reader, PolicyQuestion& question);
void read_policy_population(const TableReader& reader, PolicyQuestion& question);
/// The trial and the population must have been read.
void read_policy_research(const TableReader& reader, const Study& study, PolicyQuestion& question);
void read_budget(const TableReader& reader, const Study& study, PolicyQuestion& question);

}  // namespace vcohort
