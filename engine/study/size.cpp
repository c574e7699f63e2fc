#include "engine/study/size.hpp"

#include <cmath>

namespace vcohort {

std::int64_t scheduled_day(double visit_months) {
  return static_cast<std::int64_t>(std::floor(visit_months * days_per_month + 0.5));
}

double strata_of(const Stratification& stratification) {
  double strata = 1;
  for (const StratumDimension& dimension : stratification.dimensions) {
    strata *= static_cast<double>(dimension.names.size() + 1);
  }
  return strata;
}

double strata_of(const Study& study) {
  double strata = 1;
  for (const Stratification& stratification : study.stratifications) strata += strata_of(stratification) - 1;
  return strata;
}

double leaves_of(const Study& study) {
  if (study.stratifications.empty()) return 1;
  double leaves = 0;
  for (const Stratification& stratification : study.stratifications) leaves += strata_of(stratification);
  return leaves;
}

double policy_numbers(const Study& study) {
  if (!study.policy) return 0;
  constexpr double leaves_of_severity = gmfcs_levels + 1;  // [policy] adds strata by level
  return 2 * static_cast<double>(study.policy->parameter_draws) * (leaves_of(study) + leaves_of_severity) *
         static_cast<double>(study.strategies.size());
}

double summary_cells(const Study& study) {
  return static_cast<double>(study.strategies.size()) * strata_of(study) *
         static_cast<double>(study.outcomes.endpoints.size()) *
         static_cast<double>(study.outcomes.visits_months.size());
}

}  // namespace vcohort
