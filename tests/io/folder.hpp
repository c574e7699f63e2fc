#pragma once
#include <string>
#include <vector>

#include "io/files/temporary_folder.hpp"

namespace vcohort::test {

/// A folder of its own for each test, removed at its end.
class Folder : public TemporaryFolder {
 public:
  /// Names of all files in it, sorted.
  std::vector<std::string> files() const;
};

}  // namespace vcohort::test
