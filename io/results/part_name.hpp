#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace vcohort {

/// Where a part lies and which blocks it covers. A run may have a hundred thousand of them: the path is kept as text,
/// which is several times smaller than std::filesystem::path.
struct PartName {
  std::string file;
  std::int64_t first_block = 0;
  std::int64_t last_block = 0;

  std::filesystem::path path() const { return file; }
};

}  // namespace vcohort
