#include "engine/study/policy_names.hpp"

#include "engine/study/policy_question.hpp"
#include "engine/study/word.hpp"

namespace vcohort {

const char* name_of(FlowTiming timing) {
  return word(timing_names, timing).data();
}
const char* name_of(Perspective perspective) {
  return word(perspective_names, perspective).data();
}
const char* name_of(UtilitySet set) {
  return word(utility_set_names, set).data();
}
const char* name_of(PolicyEffect effect) {
  return word(policy_effect_names, effect).data();
}
const char* name_of(Extrapolation extrapolation) {
  return word(extrapolation_names, extrapolation).data();
}
const char* name_of(ResearchMethod method) {
  return word(research_method_names, method).data();
}
const char* units_of(PolicyEffect effect) {
  return word(policy_effect_units, effect).data();
}

}  // namespace vcohort
