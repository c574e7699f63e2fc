#pragma once
#include <atomic>
#include <cstdint>

namespace vcohort {

enum class StopReason : std::uint8_t { none, signal, time_limit, memory_limit };

/// Lets SIGINT, SIGTERM and SIGUSR1 ask a run to stop: the blocks in work are finished and published. A second SIGINT
/// or SIGTERM ends the program at once.
const std::atomic<bool>& stop_on_signals();

/// Asks the run to stop as a signal does. The first reason stays.
void ask_to_stop(StopReason);
StopReason stop_reason();

}  // namespace vcohort
