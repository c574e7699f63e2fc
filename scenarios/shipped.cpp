#include "scenarios/shipped.hpp"

#include <algorithm>

namespace vcohort {

const ShippedFile* shipped_file(std::string_view folder, std::string_view name) {
  const auto files = shipped_files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const ShippedFile& file) {
    return file.name == name && (folder.empty() || file.folder == folder);
  });
  return found == files.end() ? nullptr : &*found;
}

}  // namespace vcohort
