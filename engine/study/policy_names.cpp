#include "engine/study/policy_names.hpp"

#include "engine/study/policy_question.hpp"

namespace vcohort {

namespace {

// The names are string literals, so that data() ends in a zero.
template <typename Names, typename Enum>
const char* word(const Names& names, Enum value) {
  return names.at(static_cast<std::size_t>(value)).data();
}

}  // namespace

const char* name_of(FlowTiming timing) {
  return word(timing_names, timing);
}
const char* name_of(Perspective perspective) {
  return word(perspective_names, perspective);
}
const char* name_of(UtilitySet set) {
  return word(utility_set_names, set);
}
const char* name_of(PolicyEffect effect) {
  return word(policy_effect_names, effect);
}
const char* name_of(Extrapolation extrapolation) {
  return word(extrapolation_names, extrapolation);
}
const char* name_of(ResearchMethod method) {
  return word(research_method_names, method);
}
const char* units_of(PolicyEffect effect) {
  return word(policy_effect_units, effect);
}

}  // namespace vcohort
