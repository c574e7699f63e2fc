#include "io/study/study_writer.hpp"

#include "io/study/record.hpp"

namespace vcohort {

std::string write_study(const Study& study) {
  const Scope scope = {&study};
  std::string text;
  const auto write = [&](const SectionSpec& section, const void* record) {
    const std::string name(section.name);
    write_table(section, record, scope, section.heading, name, text);
  };
  for (const std::string& line : lines_of(top_section, &study, scope)) text += line + "\n";
  const bool has_patients = !study.strategies.empty();
  if (has_patients) write(population_section, &study.population);
  for (const Strategy& strategy : study.strategies) write(strategy_section, &strategy);
  for (const Stratification& stratification : study.stratifications) write_strata(stratification, text);
  if (has_patients && !study.outcomes.visits_months.empty()) write(outcomes_section, &study.outcomes);
  if (study.data_model) write(data_model_section, &*study.data_model);
  if (study.data) write(data_section, &*study.data);
  if (study.cohort) write(cohort_section, &*study.cohort);
  if (study.trial) write_trial(study, text);
  if (study.policy) write(policy_section, &*study.policy);
  if (study.claim) write(claim_section, &*study.claim);
  for (const SweepAxis& axis : study.sweep) write(sweep_section, &axis);
  for (const Override& replaced : study.overrides) write(override_section, &replaced);
  return text;
}

}  // namespace vcohort
