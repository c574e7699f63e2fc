#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/numeric/instruction_set.hpp"
#include "engine/run/shard.hpp"
#include "io/cli/team.hpp"
#include "io/console/progress.hpp"

namespace vcohort {

/// What `vcohort run` was asked for.
struct RunArguments {
  std::string study;
  std::string output;
  std::vector<std::string> settings, sweeps;
  int threads = 0;
  std::optional<Shard> shard;
  std::string grow;                    // a smaller result; may be empty
  std::optional<double> seconds;       // --time-limit
  std::optional<std::int64_t> bytes;   // --max-memory
  std::optional<double> task_minutes;  // with dry_run
  bool dry_run = false, resume = false, overwrite = false, quiet = false, verbose = false;
  ProgressStyle progress = ProgressStyle::automatic;
  std::optional<InstructionSet> instruction_set;
  double seconds_between_parts = 30;
  MpiUse mpi = MpiUse::automatic;
};

}  // namespace vcohort
