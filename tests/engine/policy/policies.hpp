#pragma once
#include <string>
#include <vector>

#include "engine/policy/policy.hpp"

namespace vcohort::test {

/// A study that asks the policy question of children of one age and level; the first strategy is the reference.
Study policy_study(std::vector<Strategy> strategies, double age_years, int gmfcs, double horizon_years);

/// A stance in which nobody dies, no event happens, and nothing is uncertain.
Evidence uneventful(const std::string& stance_name);

/// As above, and the effect is `points` exp(-t / waning_months) in every child of 4 years at GMFCS III, at once: the
/// exposure of one reference dose is small against EC50, so that saturation is linear to one in a million. All grow as
/// the median of their level.
Evidence linear_effect(double points, double waning_months);

/// What of an effect the score of such a child can gain at an age, when it grows as the median of its level:
/// room (1 - exp(-points / room)), with the room that 100 points leave.
double credited(double points, double age_years);

/// Costs and effects per child of every strategy; without parameters and replicate for the point values in the first.
struct Means {
  std::vector<double> cost, effect;
};
Means means_of(const PolicySimulator&, const ParameterValues&, std::uint32_t replicate, std::int64_t patients);
Means means_of(const Study&, const Evidence&, std::int64_t patients = 64);

/// All blocks, delivered.
std::vector<Table> tables_of(const Policy&);
const Table& table_of(const std::vector<Table>&, const std::string& path);
const std::vector<double>& numbers_of(const Table&, const std::string& column);
const std::vector<std::string>& texts_of(const Table&, const std::string& column);

}  // namespace vcohort::test
