#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/run/run.hpp"
#include "io/cli/exit_status.hpp"
#include "io/cli/failure.hpp"
#include "io/mpi/ranks.hpp"

namespace vcohort {

/// Whether the processes of one launch share a run.
enum class MpiUse : std::uint8_t { automatic, on, off };

/// The processes that share a run: the ranks of this launch, or this process alone. All of them call its functions in
/// the same order; whoever fails in between ends all at the next one.
class Team {
 public:
  /// `off`, or a launch of one process: alone, and no MPI is initialised. Where several processes were started that
  /// cannot join, this ends with status 2 and one message: each of them would write the same output.
  explicit Team(MpiUse);

  /// Whether this process looks at files and speaks for all: rank 0, or one that runs alone.
  bool leads() const { return !ranks_ || ranks_->rank() == 0; }

  /// Threads of this process: as wished, or (0) those that it may use, shared with the ranks that may use the same.
  int threads(int wished) const;

  /// Does the work on every rank. Where it fails on some, the lowest of these prints its message, and all end with its
  /// status.
  ExitStatus together(const std::function<ExitStatus()>& work);

  /// Over all ranks.
  std::int64_t sum(std::int64_t value);

  /// Ends all with status 2 where they were not given the same text: the same study, evidence and output.
  void require_same(const std::string& text);

  /// run_blocks(), shared by the ranks.
  RunEnd share_work(const Plan&, const RunOptions&, Sink&);

 private:
  void agree(const Failure* mine = nullptr);

  std::unique_ptr<Ranks> ranks_;
};

}  // namespace vcohort
