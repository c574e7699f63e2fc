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
/// exposure of one reference dose is small against EC50, so that saturation is linear to one in a million.
Evidence linear_effect(double points, double waning_months);

/// Costs and effects per child of every strategy, for the point values.
struct Means {
  std::vector<double> cost, effect;
};
Means means_of(const Study&, const Evidence&, std::int64_t patients = 64);

/// All blocks, delivered.
std::vector<Table> tables_of(const Policy&);
const Table& table_of(const std::vector<Table>&, const std::string& path);
const std::vector<double>& numbers_of(const Table&, const std::string& column);
const std::vector<std::string>& texts_of(const Table&, const std::string& column);

}  // namespace vcohort::test
