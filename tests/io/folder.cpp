#include "tests/io/folder.hpp"

#include <algorithm>

namespace vcohort::test {

std::vector<std::string> Folder::files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    if (entry.is_regular_file()) names.push_back(std::filesystem::relative(entry.path(), path()).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vcohort::test
