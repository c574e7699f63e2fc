#include "io/cli/team.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/numeric/errors.hpp"
#include "io/console/log.hpp"
#include "io/mpi/launch.hpp"
#include "io/mpi/shared_run.hpp"

namespace vcohort {

namespace {

/// Ends all processes of a launch that cannot join; the first one speaks.
[[noreturn]] void refuse(int rank, const std::string& message) {
  if (rank == 0) log_problem(message);
  throw Ended{ExitStatus::command_line};
}

}  // namespace

Team::Team(MpiUse use) {
  if (use == MpiUse::off) return;
  const Launch launch = launch_of_environment();
  const std::string processes = fmt::format("cannot share this run between {} processes", launch.size);
  if (!built_with_mpi() && (use == MpiUse::on || launch.size > 1))
    refuse(launch.rank,
           explain(processes, "this program was built without MPI",
                   "install libopenmpi-dev and build again; or, where each has an output of its own, say --mpi off"));
  if (launch.size > 1 && !launch.can_join)
    refuse(launch.rank,
           explain(processes, "srun started them without PMIx, and they would write the same output",
                   "use srun --mpi=pmix or mpirun; or, where each has an output of its own, say --mpi off"));
  if (use == MpiUse::automatic && !(launch.can_join && launch.size > 1)) return;
  ranks_ = std::make_unique<Ranks>();
  if (launch.can_join && ranks_->size() != launch.size)
    refuse(launch.rank, explain(processes, fmt::format("MPI brought {} of them together", ranks_->size()),
                                "use the mpirun or srun of the MPI that vcohort was built with"));
}

int Team::threads(int wished) const {
  if (wished > 0) return wished;
  return ranks_ ? std::max(1, default_threads() / ranks_->sharing_processors()) : default_threads();
}

ExitStatus Team::together(const std::function<ExitStatus()>& work) {
  try {
    Failure failure;
    try {
      const ExitStatus end = work();
      agree();
      return end;
    } catch (const Ended&) {
      throw;  // the others know
    } catch (...) {
      failure = failure_of(std::current_exception());
    }
    agree(&failure);
    return failure.status;
  } catch (const Ended& ended) {
    return ended.status;
  }
}

/// Waits for all. Where one of them brings a failure, the lowest such rank prints its message and all throw.
void Team::agree(const Failure* mine) {
  if (!ranks_) {
    if (!mine) return;
    log_problem(mine->message);
    throw Ended{mine->status};
  }
  constexpr std::int64_t statuses = 256;  // one number tells who speaks and with which status
  const std::int64_t nobody = ranks_->size() * statuses;
  const std::int64_t me = mine ? ranks_->rank() * statuses + static_cast<std::int64_t>(mine->status) : nobody;
  const std::int64_t first = ranks_->smallest(me);
  if (first == nobody) return;
  if (first == me)
    log_problem(leads() ? mine->message
                        : fmt::format("rank {} on {}: {}", ranks_->rank(), ranks_->host(), mine->message));
  throw Ended{static_cast<ExitStatus>(first % statuses)};
}

std::int64_t Team::sum(std::int64_t value) {
  agree();
  return ranks_ ? ranks_->sum(value) : value;
}

void Team::require_same(const std::string& text) {
  agree();
  if (!ranks_) return;
  const auto mark =
      static_cast<std::int64_t>(std::hash<std::string>{}(text) / 2);  // the same in every process of one program
  if (ranks_->smallest(mark) == -ranks_->smallest(-mark)) return;
  refuse(ranks_->rank(), explain("cannot share this run", "the ranks were given different studies or outputs",
                                 "give all the same command; or, where each has an output of its own, say --mpi off"));
}

RunEnd Team::share_work(const Plan& plan, const RunOptions& options, Sink& sink) {
  agree();
  return ranks_ ? share_blocks(*ranks_, plan, options, sink) : run_blocks(plan, options, sink);
}

}  // namespace vcohort
