#pragma once
#include <cstdint>

#include "engine/trial/trial.hpp"

namespace vcohort {

/// Rejections counted in parallel; integers, so that threads do not matter.
RejectionCounts count_in_parallel(const Trial& trial, std::int64_t sample_size, std::int64_t from, std::int64_t to,
                                  const SizeTarget& target);

}  // namespace vcohort
