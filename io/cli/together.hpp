#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/run/run.hpp"
#include "io/cli/exit_status.hpp"
#include "io/mpi/ranks.hpp"

namespace vcohort {

/// Whether the processes of one launch share a run.
enum class MpiUse : std::uint8_t { automatic, on, off };

/// The ranks of this launch, or null where this process runs alone: `--mpi off`, or a launch of one process. Without
/// mpirun no MPI is initialised. Where several processes were started that cannot join, this ends with status 2 and one
/// message: each of them would write the same output.
std::unique_ptr<Ranks> join_ranks(MpiUse);

/// Whether this process looks at files and speaks for all: rank 0, or one that runs alone.
bool leads(const Ranks*);

/// Thrown on every rank where one has failed and its message is printed.
struct EndedTogether {
  ExitStatus status;
};

/// Runs a step of the work on every rank, and waits for all. Where it failed on some, the lowest of these prints its
/// message, and all throw EndedTogether with its status. Alone (null) it is nothing but the step.
void together(Ranks*, const std::function<void()>& step);

/// Ends all ranks with status 2 where they were not given the same text: the same study, evidence and output.
void require_same(Ranks*, const std::string& text);

/// The sum over all ranks; alone (null) the value itself.
std::int64_t sum_of(Ranks*, std::int64_t value);

/// simulate(), shared by the ranks if there are any.
RunEnd simulate_on(Ranks*, const Plan&, const RunOptions&, Sink&);

/// Threads of this process where none are asked for: those that it may use, shared with the ranks that may use the
/// same.
int default_threads_of(const Ranks*);

}  // namespace vcohort
