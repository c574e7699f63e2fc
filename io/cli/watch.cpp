#include "io/cli/watch.hpp"

#include "io/cli/signals.hpp"
#include "io/cli/usage.hpp"

namespace vcohort {

Watch::Watch(Limits limits) : limits_(limits) {
  if (!limits_.seconds && !limits_.bytes) return;
  if (!is_over()) thread_ = std::thread([this] { check(); });
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_all();
  if (thread_.joinable()) thread_.join();
}

double Watch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

bool Watch::is_over() const {
  const bool late = limits_.seconds && seconds() >= *limits_.seconds;
  const bool large = limits_.bytes && resident_memory() >= *limits_.bytes;
  if (late) ask_to_stop(StopReason::time_limit);
  if (large) ask_to_stop(StopReason::memory_limit);
  return late || large;
}

void Watch::check() {
  constexpr std::chrono::milliseconds pause(50);
  std::unique_lock lock(mutex_);
  while (!over_.wait_for(lock, pause, [this] { return done_; }))
    if (is_over()) return;
}

}  // namespace vcohort
