#pragma once
#include <string>
#include <string_view>

namespace vcohort {

/// Looks at the characters of a TOML text before the parser does, and refuses what the parser cannot be trusted with:
/// bytes that are not UTF-8, and keys of many parts (each is a level of recursion). Characters outside of ASCII that
/// stand neither in a text nor in a comment are refused here, too, in plainer words than the parser's.
///
/// Returns the text without its byte order mark and with its characters from U+0080 to U+FFFF shifted into the private
/// plane U+F0000: the parser's tables of Unicode ranges fall into undefined behaviour for some of them, wherever they
/// stand, and for none of that plane. Lines and columns stay what they are. Private characters of that plane are
/// refused. Errors: InvalidInput with file:line:column.
std::string screen_toml(std::string_view bytes, const std::string& file_name);

/// A text that came out of the parser, with the shifted characters as they were.
std::string unshifted(std::string_view text);

}  // namespace vcohort
