#pragma once
#include <string>

#include "engine/study/study.hpp"

namespace vcohort {

/// The canonical text of a study: TOML with every default filled in, the grid expanded into strategies, keys and
/// numbers in one form. Equal studies give equal texts, and reading the text gives the same study: its digest
/// identifies the study.
std::string write_study(const Study& study);

}  // namespace vcohort
