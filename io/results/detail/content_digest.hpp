#pragma once
#include <string>

namespace vcohort::detail {

class Contents;

/// The content digest of an open file: see io/results/digest.hpp. Reads every value once, in constant memory.
std::string digest_of(const Contents& contents);

/// True for /runtime and all below it: the only content that may differ between two runs of the same study.
bool is_runtime(const std::string& path);

}  // namespace vcohort::detail
