#pragma once
#include "engine/run/run.hpp"
#include "io/mpi/ranks.hpp"

namespace vcohort {

/// run_blocks(), shared by ranks: rank 0 hands out spans of blocks, large ones first, and every rank, itself included,
/// simulates what it gets into its own sink. Which rank gets what depends on their speed; the bits of the whole do not.
///
/// Every rank must call it with the same plan. `spans` and `on_progress` are those of rank 0, and progress is that of
/// all ranks. A stop that any rank is asked for stops all, each after the blocks it has in work. An exception on one
/// rank stops all, and leaves the function on that rank; the others return RunEnd::stopped.
/// InvalidInput where a question of the plan has checkpoints and there are several ranks.
RunEnd share_blocks(Ranks&, const Plan&, const RunOptions&, Sink&);

}  // namespace vcohort
