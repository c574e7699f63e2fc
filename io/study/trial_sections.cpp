#include "io/study/trial_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/study/trial_names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

const Strategy* TrialFrame::strategy_called(std::string_view name) const {
  if (!strategies) return nullptr;
  const auto found = std::find_if(strategies->begin(), strategies->end(),
                                  [&](const Strategy& strategy) { return strategy.name == name; });
  return found == strategies->end() ? nullptr : &*found;
}

std::vector<std::string_view> TrialFrame::factors() const {
  if (!model) return {factor_names.begin(), factor_names.end()};
  std::vector<std::string_view> names;
  for (const DataCovariate& covariate : model->covariates)
    if (covariate.factor_levels() > 1) names.push_back(covariate.name);
  return names;
}

std::vector<std::string_view> TrialFrame::covariates() const {
  if (!model) return {covariate_names.begin(), covariate_names.end()};
  std::vector<std::string_view> names;
  for (const DataCovariate& covariate : model->covariates) names.push_back(covariate.name);
  return names;
}

const DataModel* TrialFrame::endpoint_of(const AnalysisPlan& plan) const {
  if (!model) return nullptr;
  return model->endpoints.empty() ? model : endpoint_called(*model, plan.endpoint);
}

bool TrialFrame::has_visits(const AnalysisPlan& plan) const {
  const DataModel* endpoint = endpoint_of(plan);
  return !endpoint || seen_at_visits(endpoint->kind);
}

const DataCovariate* TrialFrame::covariate_called(std::string_view name) const {
  if (!model) return nullptr;
  const auto found = std::find_if(model->covariates.begin(), model->covariates.end(),
                                  [&](const DataCovariate& covariate) { return covariate.name == name; });
  return found == model->covariates.end() ? nullptr : &*found;
}

bool TrialFrame::starts_late(const Arm& arm) const {
  const Strategy* later = arm.crossover_to ? strategy_called(*arm.crossover_to) : nullptr;
  return later && later->cells;
}

TrialFrame trial_frame(const Study& study, bool simulated) {
  TrialFrame frame;
  frame.simulated = simulated;
  frame.data = study.data ? &*study.data : nullptr;
  frame.model = study.data_model ? &*study.data_model : nullptr;
  if (frame.model) {
    for (const DataModel::DataArm& arm : frame.model->arms) frame.arm_names.push_back(arm.name);
    for (const DataModel& endpoint : endpoints_of(*frame.model)) {
      frame.endpoints.push_back(endpoint.name);
      for (const double months : endpoint.visits_months)
        if (months > 0 && seen_at_visits(endpoint.kind)) frame.visits_months.push_back(months);
    }
    std::sort(frame.visits_months.begin(), frame.visits_months.end());
    const auto twice = std::unique(frame.visits_months.begin(), frame.visits_months.end());
    frame.visits_months.erase(twice, frame.visits_months.end());
  } else {
    frame.strategies = &study.strategies;
    for (const Strategy& strategy : study.strategies) frame.arm_names.push_back(strategy.name);
    frame.visits_months = study.outcomes.visits_months;
    frame.endpoints = study.outcomes.endpoints;
  }
  return frame;
}

void refuse_factor(const KeyAt& at, const Place& place, const std::string& name) {
  const TrialFrame& frame = *at.scope.trial;
  if (frame.covariate_called(name))
    at.problems().add(place, "the covariate " + quoted(name) + " has no levels", "strata are made of groups of it",
                      "give it \"cuts\" in [data_model.covariates]");
  else
    at.problems().add(place, "there is no factor " + quoted(name), fmt::format("in \"{}\"", at.key.name),
                      did_you_mean(name, frame.factors()));
}

std::optional<std::vector<double>> read_per_arm(const KeyAt& at, double otherwise) {
  std::vector<std::string_view> names;
  for (const Arm& arm : trial_of(at.scope).arms) names.push_back(arm.name);
  return read_per_name(at, names, "arm", otherwise);
}

std::optional<std::vector<double>> read_per_name(const KeyAt& at, std::span<const std::string_view> names,
                                                 std::string_view what, double otherwise) {
  const TomlValue& value = at.value();
  const std::string_view key = at.key.name;
  if (!value.is_table() || value.entries.empty()) {
    at.refuse(fmt::format("\"{}\" must be a table of {}s", key, what), fmt::format("each {} has a number", what),
              fmt::format("write {} = {}", key, at.key.example));
    return std::nullopt;
  }
  std::vector<double> result(names.size(), otherwise);
  bool whole = true;
  for (const TomlEntry& item : value.entries) {
    const std::optional<int> place = index_of(names, item.key);
    const std::optional<double> number = finite_number(item.value);
    if (!place && !names.empty()) {
      at.problems().add(item.place, fmt::format("there is no {} {}", what, quoted(item.key)),
                        fmt::format("in \"{}\"", key), did_you_mean(item.key, names));
    } else if (!number || !at.key.range.contains(*number)) {
      at.problems().add(item.value.place, fmt::format("\"{}\" of {} is impossible", key, quoted(item.key)),
                        "it must be a number " + text_of(at.key.range), "");
    } else if (place) {
      result[static_cast<std::size_t>(*place)] = *number;
      continue;
    }
    whole = false;
  }
  return whole ? std::optional(result) : std::nullopt;
}

std::string write_per_arm(const std::vector<double>& numbers, const Scope& scope) {
  std::vector<std::string> items;
  const std::vector<Arm>& arms = trial_of(scope).arms;
  for (std::size_t index = 0; index < numbers.size(); ++index)
    items.push_back(fmt::format("{} = {}", toml_text(arms.at(index).name), number_text(numbers[index])));
  return items.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(items, ", "));
}

}  // namespace vcohort
