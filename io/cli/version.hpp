#pragma once
#include <string>

namespace vcohort {

std::string engine_version();  // "0.1.0"
std::string git_revision();    // of the sources that this program was built from; "unknown" outside a repository
std::string version_text();    // for --version

}  // namespace vcohort
