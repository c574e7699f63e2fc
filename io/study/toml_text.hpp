#pragma once
#include <string>

#include "io/study/toml_document.hpp"

namespace vcohort {

/// A value in canonical TOML, on one line: `[50, 54]`, `{ method = "simple" }`.
std::string toml_text_of(const TomlValue&);

}  // namespace vcohort
