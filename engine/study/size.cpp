#include "engine/study/size.hpp"

#include <algorithm>
#include <cmath>

#include "engine/study/reported_strata.hpp"

namespace vcohort {

std::int64_t scheduled_day(double visit_months) {
  return static_cast<std::int64_t>(std::floor(visit_months * days_per_month + 0.5));
}

std::vector<double> infusion_months(const Regimen& regimen) {
  std::vector<double> months;
  for (int course = 0; course < regimen.courses; ++course)
    for (int infusion = 0; infusion < regimen.infusions; ++infusion)
      months.push_back(regimen.start_months +
                       (course * regimen.course_interval_days + infusion * regimen.interval_days) / days_per_month);
  return months;
}

std::optional<Regimen> regimen_before(const Regimen& regimen, double months) {
  const std::vector<double> at = infusion_months(regimen);
  const auto given = static_cast<int>(std::count_if(at.begin(), at.end(), [&](double t) { return t < months; }));
  Regimen shorter = regimen;
  if (given <= regimen.infusions) {
    shorter.infusions = given;
    shorter.courses = 1;
  } else if (given % regimen.infusions == 0) {
    shorter.courses = given / regimen.infusions;
  } else {
    return std::nullopt;
  }
  return shorter;
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
  for (const Stratification& stratification : reported_stratifications(study)) strata += strata_of(stratification) - 1;
  return strata;
}

double leaves_of(const Study& study) {
  double leaves = 0;
  for (const Stratification& stratification : reported_stratifications(study)) leaves += strata_of(stratification);
  return leaves > 0 ? leaves : 1;
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
