#pragma once
#include <string>
#include <string_view>

namespace vcohort {

class ResultFile;

/// The path of a table that is named in full, or by an ending that no other table has (`increments`). A name that is
/// none stays as it is. InvalidInput where several tables end so.
std::string path_of_table(const ResultFile&, std::string_view name);

}  // namespace vcohort
