#pragma once
#include <string_view>

namespace vcohort {

/// io/report/page/dist, gzip'ed when the program is built.
std::string_view built_report();
std::string_view built_explorer();

}  // namespace vcohort
