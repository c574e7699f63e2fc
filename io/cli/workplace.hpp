#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/run.hpp"
#include "io/cli/folder_lock.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/run_arguments.hpp"
#include "io/cli/team.hpp"
#include "io/cli/watch.hpp"
#include "io/console/progress.hpp"
#include "io/results/part.hpp"
#include "io/results/publish.hpp"

namespace vcohort {

/// Where a run works: the result's name, the folder of parts beside it with its lock, the processes that share both,
/// the limits that were set, and the screen. What earlier runs, smaller results and other shards have left there, it
/// takes up.
class Workplace {
 public:
  explicit Workplace(const RunArguments&);

  /// Runs the study on every process of the launch. Prints why it failed, if it did.
  ExitStatus together(ExitStatus (*run)(const RunArguments&, Workplace&));

  /// Locks the folder and finds what is to be done. False where nothing is: the result is there, or the shard is empty.
  /// StorageFailure, before any work, where the output or the parts that are there stand in the way.
  bool begin_work(const LoadedStudy&, const Plan&);

  /// Simulates the blocks that no part holds yet, and keeps them as parts. Stopped without a block: NumericalFailure,
  /// so that no scheduler starts the same run again and again.
  RunEnd simulate(const LoadedStudy&, const Plan&);

  /// Whether this process makes the result: not one of a shard, and of several the first.
  bool delivers() const { return leads() && !arguments_.shard; }
  bool leads() const { return team_.leads(); }

  /// All parts, those of other processes included.
  CombinedParts gather_parts(const Plan&);  // waits for those that a network shows late

  /// Writes the result, and clears the parts away.
  void hand_over(ResultContent);

  const std::filesystem::path& output() const { return output_; }
  int threads() const { return team_.threads(arguments_.threads); }

  /// What the run took until now.
  RunCost cost() const;

 private:
  bool find_work(const LoadedStudy&, const Plan&);
  std::vector<BlockSpan> missing_blocks(const LoadedStudy&, bool resume) const;
  void keep_until_checkpoint(const Plan&);
  void report(RunEnd);

  const RunArguments& arguments_;
  Watch watch_;
  ProgressView view_;
  Team team_;
  std::filesystem::path output_, folder_;
  std::optional<FolderLock> lock_;
  Existing existing_ = Existing::refuse;
  BlockSpan wanted_;                // of the whole study, or of the shard
  std::vector<BlockSpan> missing_;  // ascending; of these no part is there
  std::optional<Tallies> earlier_;  // of all blocks before the missing ones; only where the study has checkpoints
  std::int64_t kept_ = 0;           // blocks in parts of earlier runs
  Progress done_;                   // by this run
  std::int64_t bytes_ = 0;          // written by all processes
  int all_threads_ = 1;             // of all processes
};

}  // namespace vcohort
