#include "engine/study/trial_names.hpp"

#include "engine/study/word.hpp"

namespace vcohort {

std::string_view name_of(Randomisation::Method method) {
  return word(randomisation_names, method);
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

}  // namespace vcohort
