#pragma once
#include "io/study/sections.hpp"

namespace vcohort {

/// Whether a question of the study is about the patients of the disease model: every study but one whose only question
/// is a [trial] under [data_model] or of a data file.
bool needs_patients(const TomlValue& document);

/// Whether [trial] has a key that only a simulated trial has a use for, and not an analysis of a data file.
bool asks_for_simulation(const TomlValue& trial);

/// That the study asks a question, and that every section serves one. Sections without a use are left out with a
/// notice; outcomes are taken from the data model where there are no others.
void settle_questions(const TomlValue& document, StudyContext& context);

}  // namespace vcohort
