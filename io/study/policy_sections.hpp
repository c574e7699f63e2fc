#pragma once
#include "engine/study/size.hpp"
#include "io/study/field.hpp"

/// What the files of [policy] share.
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

inline constexpr double most_money = 1e12;

/// Refuses costs that a strategy cannot have, and strategies that are chosen by a marker without the cost of its
/// measurement.
void check_policy_costs(const TableReader& reader, const Study& study, const PolicyQuestion& question);

/// Named groups of parameters: { utilities = ["utility"] }.
std::vector<EvppiGroup> read_parameter_groups(const KeyAt& at);
void write_parameter_groups(const std::vector<EvppiGroup>& groups, const std::string& path, std::string& text);

/// Whether `name` is a parameter, or the beginning of some up to a dot.
bool names_parameters(std::string_view name);

/// Whether all parameters that `name` stands for are prices.
bool names_prices_alone(std::string_view name);

/// Reports a name that is none, with the nearest one.
void refuse_parameter(const TomlValue& name, const std::string& where, Problems& problems);

}  // namespace vcohort
