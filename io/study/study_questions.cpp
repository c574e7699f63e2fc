#include "io/study/study_questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/data_endpoints.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

/// What describes the patients of the disease model and what they receive.
constexpr std::array<std::string_view, 7> patient_sections = {"evidence", "population", "strategy", "grid",
                                                              "strata",   "outcomes",   "override"};

void leave_out_patients(const TomlValue& document, StudyContext& context) {
  const std::string_view model = document.find("data_model") ? "[data_model]" : "[data]";
  for (const std::string_view section : patient_sections) {
    const TomlEntry* entry = document.find(section);
    if (entry)
      context.notice(entry->place,
                     fmt::format("{} is left out: the outcomes of the trial come from {}", section, model));
  }
  Study& study = context.study;
  study.population = {};
  study.strategies.clear();
  study.stratifications.clear();
  study.overrides.clear();
  study.outcomes = {};
  study.stances.clear();
  context.places.stances.clear();
  context.places.strategies.clear();
  context.places.overrides.clear();
  if (!study.data_model) return;
  std::vector<double>& visits = study.outcomes.visits_months;
  for (const DataModel& endpoint : endpoints_of(*study.data_model)) {
    study.outcomes.endpoints.push_back(endpoint.name);
    for (const double months : endpoint.visits_months)
      if (months > 0) visits.push_back(months);
    if (endpoint.follow_up_months > 0) visits.push_back(endpoint.follow_up_months);
  }
  std::sort(visits.begin(), visits.end());
  visits.erase(std::unique(visits.begin(), visits.end()), visits.end());
}

}  // namespace

bool needs_patients(const TomlValue& document) {
  if (document.find("cohort") || document.find("policy")) return true;
  if (document.find("data_model")) return false;
  const TomlEntry* trial = document.find("trial");
  return !document.find("data") || (trial && asks_for_simulation(trial->value));
}

void settle_questions(const TomlValue& document, StudyContext& context) {
  const std::vector<Strategy>& strategies = context.study.strategies;
  const bool serves_a_trial = document.find("data_model") || document.find("data");
  if (!document.find("cohort") && !document.find("trial") && !document.find("policy") && !serves_a_trial) {
    context.problems.add(
        document.place, "the study asks no question", "it has none of [cohort], [trial] and [policy]",
        "add [cohort] with reference = \"" + (strategies.empty() ? "..." : strategies.front().name) + "\"");
  }
  const TomlEntry* population = document.find("population");
  if (document.find("cohort") && population && population->value.is_table() && !population->value.find("size"))
    context.problems.add(population->value.place, "\"size\" is missing", "in [population]", "write size = 100_000");
  for (const std::string_view section : {"data_model", "data"}) {
    const TomlEntry* entry = document.find(section);
    if (entry && !document.find("trial")) {
      context.problems.add(entry->place, fmt::format("[{}] has no effect", section), "there is no [trial]",
                           "add it, with primary = { ... }");
    }
  }
  if (!needs_patients(document)) {
    if (context.problems.empty()) leave_out_patients(document, context);
    return;
  }
  if (!document.find("strategy") && !document.find("grid")) {
    context.problems.add(document.place, "the study has no strategy", "nothing is compared",
                         "add [[strategy]] or [grid]");
  }
  if (context.problems.empty() && strategies.empty()) {
    context.problems.add(document.place, "the study has no strategy", "its lists are empty",
                         "add [[strategy]] or [grid]");
  }
}

}  // namespace vcohort
