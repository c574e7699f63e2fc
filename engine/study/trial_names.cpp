#include "engine/study/trial_names.hpp"

#include "engine/study/word.hpp"

namespace vcohort {

std::string_view name_of(Randomisation::Method method) {
  return word(randomisation_names, method);
}
std::string_view name_of(UnitDesign::Kind kind) {
  return word(unit_design_names, kind);
}
std::string_view units_of(const TrialQuestion& trial) {
  return trial.design && trial.design->has_clusters() ? "clusters" : "patients";
}
std::string_view name_of(Dropout::Mechanism mechanism) {
  return word(dropout_names, mechanism);
}
std::string_view name_of(IntercurrentEvent::Kind kind) {
  return word(event_names, kind);
}
std::string_view name_of(IntercurrentEvent::Strategy strategy) {
  return word(event_strategy_names, strategy);
}
std::string_view name_of(AnalysisPlan::Hypothesis hypothesis) {
  return word(hypothesis_names, hypothesis);
}
std::string_view name_of(AnalysisPlan::Firth firth) {
  return word(firth_names, firth);
}
std::string_view name_of(Spending::Kind kind) {
  return word(spending_names, kind);
}
std::string_view name_of(Looks::Efficacy::Boundary boundary) {
  return word(boundary_names, boundary);
}
std::string_view name_of(Looks::Futility::Drift drift) {
  return word(assumed_drift_names, drift);
}
std::string_view name_of(Looks::Timing timing) {
  return word(look_timing_names, timing);
}

}  // namespace vcohort
