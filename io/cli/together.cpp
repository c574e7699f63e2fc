#include "io/cli/together.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/numeric/errors.hpp"
#include "io/cli/failure.hpp"
#include "io/console/log.hpp"
#include "io/mpi/launch.hpp"
#include "io/mpi/shared_run.hpp"

namespace vcohort {

namespace {

/// Ends all processes of a launch that cannot join; the first one speaks.
[[noreturn]] void refuse(const Launch& launch, const std::string& message) {
  if (launch.rank == 0) log_problem(message);
  throw EndedTogether{ExitStatus::command_line};
}

}  // namespace

std::unique_ptr<Ranks> join_ranks(MpiUse use) {
  if (use == MpiUse::off) return nullptr;
  const Launch launch = launch_of_environment();
  const std::string processes = fmt::format("cannot share this run between {} processes", launch.size);
  if (!built_with_mpi() && (use == MpiUse::on || launch.size > 1))
    refuse(launch,
           explain(processes, "this program was built without MPI",
                   "install libopenmpi-dev and build again; or, where each has an output of its own, say --mpi off"));
  if (launch.size > 1 && !launch.can_join)
    refuse(launch, explain(processes, "srun started them without PMIx, and they would write the same output",
                           "use srun --mpi=pmix or mpirun; or, where each has an output of its own, say --mpi off"));
  if (use == MpiUse::automatic && !(launch.can_join && launch.size > 1)) return nullptr;
  auto ranks = std::make_unique<Ranks>();
  if (launch.can_join && ranks->size() != launch.size)
    refuse(launch, explain(processes, fmt::format("MPI brought {} of them together", ranks->size()),
                           "use the mpirun or srun of the MPI that vcohort was built with"));
  return ranks;
}

bool leads(const Ranks* ranks) {
  return !ranks || ranks->rank() == 0;
}

void together(Ranks* ranks, const std::function<void()>& step) {
  if (!ranks) {
    step();
    return;
  }
  Failure failure;
  bool failed = false;
  try {
    step();
  } catch (...) {
    failed = true;
    failure = failure_of(std::current_exception());
  }
  // One number tells who speaks and with which status.
  constexpr std::int64_t statuses = 256;
  const std::int64_t nobody = ranks->size() * statuses;
  const std::int64_t mine = ranks->rank() * statuses + static_cast<std::int64_t>(failure.status);
  const std::int64_t first = ranks->smallest(failed ? mine : nobody);
  if (first == nobody) return;
  if (failed && first == mine && !failure.message.empty())
    log_problem(ranks->rank() == 0 ? failure.message
                                   : fmt::format("rank {} on {}: {}", ranks->rank(), ranks->host(), failure.message));
  throw EndedTogether{static_cast<ExitStatus>(first % statuses)};
}

void require_same(Ranks* ranks, const std::string& text) {
  if (!ranks) return;
  const auto mark =
      static_cast<std::int64_t>(std::hash<std::string>{}(text) / 2);  // the same in every process of one program
  if (ranks->smallest(mark) == -ranks->smallest(-mark)) return;
  refuse({ranks->rank(), ranks->size(), true},
         explain("cannot share this run", "the ranks were given different studies or outputs",
                 "give all the same command; or, where each has an output of its own, say --mpi off"));
}

std::int64_t sum_of(Ranks* ranks, std::int64_t value) {
  return ranks ? ranks->sum(value) : value;
}

RunEnd simulate_on(Ranks* ranks, const Plan& plan, const RunOptions& options, Sink& sink) {
  return ranks ? simulate_shared(*ranks, plan, options, sink) : simulate(plan, options, sink);
}

int default_threads_of(const Ranks* ranks) {
  return ranks ? std::max(1, default_threads() / ranks->sharing_processors()) : default_threads();
}

}  // namespace vcohort
