#pragma once
#include <string>

namespace vcohort {

/// A word for the shell, in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace vcohort
