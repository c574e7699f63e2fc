#pragma once
#include <string>

#include "io/study/trial_sections.hpp"

namespace vcohort {

/// The patients that an analysis is about: `where` and `interaction`.
void read_subgroups(const KeyAt& at, AnalysisPlan& plan);
std::string write_subgroups(const AnalysisPlan& plan, const Scope& scope);
void check_subgroups(const KeyAt& at, const AnalysisPlan& plan);
void check_interaction(const KeyAt& at, const AnalysisPlan& plan);

}  // namespace vcohort
