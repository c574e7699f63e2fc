#include "io/files/temporary_folder.hpp"

#include <stdlib.h>

#include "engine/numeric/errors.hpp"

namespace vcohort {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "vcohort-XXXXXX").string();
  if (!::mkdtemp(name.data()))
    throw StorageFailure(explain("cannot make a temporary folder", "", "set TMPDIR to a folder that may be written"));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace vcohort
