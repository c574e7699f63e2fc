#pragma once
#include <filesystem>
#include <string_view>

namespace vcohort {

/// Deletes temporary files of this folder whose names begin so and whose writers are dead: nobody holds their lock, and
/// they were written on this host, or on another one more than a day ago (its locks may not be seen from here). Returns
/// how many. What cannot be told, or deleted, stays and does no harm.
int remove_abandoned(const std::filesystem::path& folder, std::string_view begins);

}  // namespace vcohort
