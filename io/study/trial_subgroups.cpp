#include "io/study/trial_subgroups.hpp"

#include <fmt/format.h>

#include "engine/study/covariates.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/trial/protocol.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

/// The levels of a factor, as data sets print them; empty where there is none of this name, or it is in groups of ages.
std::vector<std::string> levels_of(const TrialFrame& frame, std::string_view name) {
  if (frame.model) {
    const DataCovariate* covariate = frame.covariate_called(name);
    if (!covariate) return {};
    return covariate->is_normal() ? names_of_groups(covariate->cuts) : covariate->levels;
  }
  const std::optional<int> variable =
      index_of(factor_names, name) ? index_of(stratum_variable_names(), name) : std::nullopt;
  if (!variable) return {};
  const auto categories = categories_of(static_cast<StratumVariable>(*variable));
  return {categories.begin(), categories.end()};
}

/// Of a data file alone, whose columns show their levels later.
bool is_column(const KeyAt& at, const Place& place, const std::string& name) {
  const TrialFrame& frame = *at.scope.trial;
  if (frame.simulated) return false;
  if (!index_of(frame.data->categorical, name))
    at.problems().add(place, "the column " + quoted(name) + " makes no groups", "it holds numbers",
                      "list it in data.categorical");
  return true;
}

/// Looks count all patients.
void refuse_looks(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialQuestion& trial = trial_of(at.scope);
  if (&plan == trial.analyses.data() && trial.looks)
    at.refuse("the looks of a trial count all its patients", "the primary analysis is of a part of them",
              "analyse it as a secondary one, or remove [trial.looks]");
}

}  // namespace

void read_subgroups(const KeyAt& at, AnalysisPlan& plan) {
  if (!at.value().is_table() || at.value().entries.empty()) {
    at.refuse("\"where\" must be a table of factors", "each has the levels that are analysed",
              "write where = " + std::string(at.key.example));
    return;
  }
  for (const TomlEntry& entry : at.value().entries) {
    Subgroup group{entry.key, {}};
    const auto add = [&](const TomlValue& value) {
      if (value.is_text() && !value.text.empty())
        group.levels.push_back(value.text);
      else
        at.problems().add(value.place, "a level is a text", "it is " + std::string(kind_text(value.kind)), "");
    };
    if (!entry.value.is_array()) add(entry.value);
    for (const TomlValue& item : entry.value.items) add(item);
    if (entry.value.is_array() && entry.value.items.empty())
      at.problems().add(entry.value.place, "an empty list keeps nobody", "", "name a level");
    plan.where.push_back(std::move(group));
  }
}

std::string write_subgroups(const AnalysisPlan& plan, const Scope&) {
  std::vector<std::string> items;
  for (const Subgroup& group : plan.where)
    items.push_back(toml_text(group.covariate) + " = " +
                    (group.levels.size() == 1 ? toml_text(group.levels.front()) : text_list(group.levels)));
  return items.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(items, ", "));
}

void check_subgroups(const KeyAt& at, const AnalysisPlan& plan) {
  for (const Subgroup& group : plan.where) {
    const TomlEntry& entry = *at.value().find(group.covariate);
    if (is_column(at, entry.place, group.covariate)) continue;
    const std::vector<std::string> levels = levels_of(*at.scope.trial, group.covariate);
    if (levels.size() < 2) {
      refuse_factor(at, entry.place, group.covariate);
      continue;
    }
    for (const std::string& level : group.levels)
      if (!index_of(levels, level))
        at.problems().add(entry.value.place, fmt::format("{} has no level {}", quoted(group.covariate), quoted(level)),
                          "in \"where\"", did_you_mean(level, levels));
  }
  refuse_looks(at, plan);
}

void check_interaction(const KeyAt& at, const AnalysisPlan& plan) {
  const bool of_file = is_column(at, at.table.place(at.key.name), plan.interaction);
  const std::vector<std::string> levels = levels_of(*at.scope.trial, plan.interaction);
  if (!of_file && levels.size() < 2) {
    refuse_factor(at, at.table.place(at.key.name), plan.interaction);
    return;
  }
  if (levels.size() > 2)
    at.refuse(fmt::format("{} has {} levels", quoted(plan.interaction), levels.size()),
              "an interaction compares the effects in two", "use a factor of two levels");
  for (const auto* names : {&plan.adjust, &plan.adjust_by_visit, &plan.stratify})
    if (index_of(*names, plan.interaction))
      at.refuse(fmt::format("{} is the same for all patients of a level", quoted(plan.interaction)),
                "the analysis adjusts for it, too", "remove it there");
  for (const Subgroup& group : plan.where)
    if (group.covariate == plan.interaction)
      at.refuse(fmt::format("{} has one level in the subgroup", quoted(plan.interaction)),
                "\"where\" chooses among them", "remove one of the two");
  refuse_looks(at, plan);
}

}  // namespace vcohort
