#pragma once
#include <string>
#include <string_view>

namespace vcohort {

/// Looks at the characters of a TOML text before the parser does, and refuses what the parser cannot be trusted with:
/// bytes that are not UTF-8, characters outside ASCII that stand neither in a text nor in a comment, line breaks escaped by a
/// backslash, and keys of many parts (each is a level of recursion). Returns the text without its byte order mark.
/// Errors: InvalidInput with file:line:column.
std::string_view screen_toml(std::string_view bytes, const std::string& file_name);

}  // namespace vcohort
