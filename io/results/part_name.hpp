#pragma once
#include <cstdint>
#include <filesystem>

namespace vcohort {

/// Where a part lies and which blocks it covers.
struct PartName {
  std::filesystem::path path;
  std::int64_t first_block = 0;
  std::int64_t last_block = 0;
};

}  // namespace vcohort
