#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "io/cli/exit_status.hpp"

namespace vcohort {

struct StatusArguments {
  std::vector<std::string> paths;  // parts
  std::string output;              // OUT, for the commands; may be empty
  std::int64_t shards = 0;         // 0: as the parts say, else no shards
};

/// Prints which blocks of a study are there, which are damaged or missing, and the commands that make them.
/// `answer_is_no` while blocks are missing.
ExitStatus print_merge_status(const StatusArguments&);

}  // namespace vcohort
