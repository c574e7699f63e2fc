#include "io/cli/paragraph_subject.hpp"

#include <algorithm>

#include "engine/study/trial_names.hpp"
#include "engine/trial/family.hpp"
#include "engine/trial/trial_analysis.hpp"
#include "io/study/toml_document.hpp"

namespace vcohort {

namespace {

/// Whether the file of a study states the arms of an endpoint as geometric means: the study itself has logarithms.
bool states_geometric_means(const std::string& source, const std::string& endpoint) {
  const TomlValue study = parse_toml(source, "");
  const auto child = [](const TomlValue* table, std::string_view key) {
    return table && table->is_table() ? table->find(key) : nullptr;
  };
  const TomlValue* model = study.find("data_model") ? &study.find("data_model")->value : nullptr;
  for (const std::string_view key : {std::string_view("endpoints"), std::string_view(endpoint)})
    if (const TomlEntry* found = child(model, key)) model = &found->value;
  const TomlEntry* arms = child(model, "arms");
  return arms && std::ranges::any_of(arms->value.entries,
                                     [&](const TomlEntry& arm) { return child(&arm.value, "geometric_mean"); });
}

}  // namespace

ParagraphSubject::ParagraphSubject(const LoadedStudy& of_study, const Trial& of_trial, const SizeTarget& of_target,
                                   const SampleSizeGoal& of_goal, const SizedAnswer& answer)
    : loaded(of_study),
      trial(of_trial),
      target(of_target),
      goal(of_goal),
      of(answer),
      study(answer.events ? with_events(of_study.reading.study, answer.answer.sample_size) : of_study.reading.study),
      protocol(of_trial.prepared().protocol),
      design(protocol.design),
      analyses(analyses_of(of_trial, of_target)),
      single(protocol.arms() == 1),
      units(protocol.units()),
      people(study.data_model ? "patients" : "children"),
      randomised_units(design.design && design.design->has_clusters() ? units_of(design) : people),
      randomised(answer.events ? design.sample_size.back() : answer.answer.sample_size),
      ended_by_a_day(design.looks || design.final) {}

const DataModel* ParagraphSubject::model(const AnalysisPlan& plan) const {
  if (!study.data_model) return nullptr;
  const DataModel& stated = trial.prepared().stated[protocol.slot_of(plan)];
  return stated.arms.empty() ? nullptr : &stated;
}

bool ParagraphSubject::of_logarithms(const AnalysisPlan& plan) const {
  return model(plan) && effect_scale(plan) == EffectScale::mean_difference &&
         states_geometric_means(loaded.header.study_source, plan.endpoint);
}

const Evidence& ParagraphSubject::evidence() const {
  if (const ScaledEfficacy* wished = trial.scaled_efficacy()) return wished->evidence;
  const auto found = std::ranges::find(loaded.evidence, of.scenario, &Evidence::name);
  return found == loaded.evidence.end() ? loaded.evidence.front() : *found;
}

}  // namespace vcohort
