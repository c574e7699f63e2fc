#include "io/cli/signals.hpp"

#include <csignal>

namespace vcohort {

namespace {

std::atomic<bool> asked_to_stop{false};  // a signal handler can reach nothing but a global
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int) {
  asked_to_stop = true;
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second one finds the default: the end
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  return asked_to_stop;
}

}  // namespace vcohort
