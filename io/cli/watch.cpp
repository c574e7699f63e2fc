#include "io/cli/watch.hpp"

#include <chrono>

#include "io/cli/signals.hpp"
#include "io/cli/usage.hpp"

namespace vcohort {

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Watch::Watch(Limits limits) : limits_(limits) {
  if (!limits_.seconds && !limits_.bytes) return;
  const double began = now();
  if (!is_over(began)) thread_ = std::thread([this, began] { look(began); });
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Watch::is_over(double began) const {
  const bool late = limits_.seconds && now() - began >= *limits_.seconds;
  const bool large = limits_.bytes && resident_memory() >= *limits_.bytes;
  if (late) ask_to_stop(StopReason::time_limit);
  if (large) ask_to_stop(StopReason::memory_limit);
  return late || large;
}

void Watch::look(double began) {
  constexpr std::chrono::milliseconds between_looks(50);
  std::unique_lock lock(mutex_);
  while (!over_.wait_for(lock, between_looks, [this] { return done_; }))
    if (is_over(began)) return;
}

}  // namespace vcohort
