#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace vcohort {

/// The bounds that a user sets to a run.
struct Limits {
  std::optional<double> seconds;      // since the watch began
  std::optional<std::int64_t> bytes;  // of resident memory
};

/// The run's clock. Asks the run to stop, as a signal would, when a limit is reached. Checks several times a second,
/// from a thread of its own; without limits it does nothing.
class Watch {
 public:
  explicit Watch(Limits);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  double seconds() const;  // since it began

 private:
  bool is_over() const;
  void check();

  Limits limits_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace vcohort
