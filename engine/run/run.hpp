#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/run/plan.hpp"
#include "engine/run/tallies.hpp"

namespace vcohort {

/// Where finished blocks go. Called by one thread at a time, whichever it is, in the order of blocks.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Rows of one block, behind those of the blocks before it.
  virtual void append(const std::vector<Table>& rows) = 0;

  /// All blocks of the span are finished and must now outlive the process: their tallies, and the rows appended since
  /// the last call.
  virtual void publish(BlockSpan, const Tallies&) = 0;
};

struct Progress {
  std::int64_t blocks = 0, all_blocks = 0;  // of this run
  std::int64_t patients = 0, all_patients = 0;
  double seconds = 0;  // since the run began
};

struct RunOptions {
  int threads = 0;                                   // 0: all that the process may use
  std::vector<BlockSpan> spans;                      // what to do, ascending; empty: everything
  std::optional<Tallies> earlier;                    // of all blocks before the first span; absent: nothing is known
  double seconds_between_parts = 30;                 // finished blocks wait no longer than about this to be published
  const std::atomic<bool>* stop = nullptr;           // set from outside: finish the blocks in work, publish, return
  std::function<void(const Progress&)> on_progress;  // called after every block, by one thread at a time
};

enum class RunEnd : std::uint8_t { complete, stopped };

/// A question that is precise enough at one of its checkpoints needs no further blocks: they count as done, and their
/// span is published with nothing in it. Checkpoints need all blocks before them: `spans` must then be one span that
/// reaches the end.
///
/// Simulates blocks in parallel and hands them to the sink. The bits that the sink gets depend on neither threads nor
/// spans. An exception of a block or of the sink ends the run after what was published before.
RunEnd run_blocks(const Plan&, const RunOptions&, Sink&);

/// Threads that a run uses when none are asked for: those of the process's affinity mask.
int default_threads();

}  // namespace vcohort
