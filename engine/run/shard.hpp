#pragma once
#include <cstdint>

#include "engine/run/run.hpp"

namespace vcohort {

/// One of `of` shares of a plan's blocks; `number` counts from 1.
struct Shard {
  std::int64_t number = 1;
  std::int64_t of = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// The largest number of shards that a study may be cut into.
inline constexpr std::int64_t most_shards = 1'000'000'000;

/// Blocks [floor((number - 1) B / of), floor(number B / of)) of a plan of B: contiguous, disjoint, complete, and of
/// sizes that differ by one at most. Empty spans occur where there are more shards than blocks. The
/// number is 1 to `of`, and `of` 1 to most_shards.
BlockSpan span_of(Shard, std::int64_t blocks);

/// The shard of `of` that holds a block.
std::int64_t shard_of(std::int64_t block, std::int64_t of, std::int64_t blocks);

}  // namespace vcohort
