#pragma once
#include <atomic>

namespace vcohort {

/// Lets SIGINT, SIGTERM and SIGUSR1 ask a run to stop: the blocks in work are finished and published. A second SIGINT
/// or SIGTERM ends the program at once.
const std::atomic<bool>& stop_on_signals();

}  // namespace vcohort
