#pragma once
#include <string>
#include <vector>

#include "io/study/problems.hpp"
#include "io/study/toml_document.hpp"

namespace vcohort {

/// Applies "key=value" settings, in order, to a document: an existing value is replaced, a missing key is added, with
/// the tables around it. Everything that a setting touches has the setting as its place, so that a later complaint
/// names it.
///
/// Items of a list are addressed by their number from 0, or by the `name` or `parameter` that they have.
/// Problems: a key or value that cannot be read, an item that does not exist.
void apply_settings(TomlValue& document, const std::vector<std::string>& settings, Problems& problems);

}  // namespace vcohort
