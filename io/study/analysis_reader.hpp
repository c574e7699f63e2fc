#pragma once
#include "io/study/trial_sections.hpp"

namespace vcohort {

/// One analysis of a trial. A key that its method has no use for is refused, and so is a method that does not fit the
/// endpoint. `trial` has its randomisation, and the analyses before this one, whose names are taken.
AnalysisPlan read_analysis(const TomlValue& table, bool primary, const TrialQuestion& trial, const TrialFrame& frame,
                           StudyContext& context);

}  // namespace vcohort
