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
///
/// Thread safety: of all functions here, a pure function of the arguments.
void apply_settings(TomlValue& document, const std::vector<std::string>& settings, Problems& problems);

/// The parts of a dotted key, those with dots or spaces in quotes; none where it is no key.
std::vector<std::string> key_path(const std::string& key);

/// Adds an axis [[sweep]] to the document for each "key=[a, b]".
void apply_sweep_options(TomlValue& document, const std::vector<std::string>& sweeps, Problems& problems);

/// A value of a sweep, TOML text that was read before, as --set sets it; "parameter.NAME" becomes an override. All that
/// it touches has `place`.
void apply_swept(TomlValue& document, const std::string& key, const std::string& value, const Place& place,
                 Problems& problems);

/// Whether the document has the value of a sweep; after all of them were applied, one may have undone another.
bool has_swept(const TomlValue& document, const std::string& key, const std::string& value);

/// Whether a "key=value" setting sets the key, or a part of its value.
bool sets(const std::string& setting, const std::string& key);

}  // namespace vcohort
