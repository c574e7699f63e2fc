#include "io/cli/signals.hpp"

#include <csignal>

namespace vcohort {

namespace {

// A signal handler can reach nothing but globals.
std::atomic<bool> asked_to_stop{false};
std::atomic<StopReason> reason{StopReason::none};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<StopReason>::is_always_lock_free);

void on_signal(int) {
  ask_to_stop(StopReason::signal);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second one finds the default: the end
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  return asked_to_stop;
}

void ask_to_stop(StopReason why) {
  auto none = StopReason::none;
  reason.compare_exchange_strong(none, why);
  asked_to_stop = true;
}

StopReason stop_reason() {
  return reason;
}

}  // namespace vcohort
