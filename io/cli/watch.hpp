#pragma once
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

/// Asks the run to stop, as a signal would, when a limit is reached. Looks several times a second, from a thread of its
/// own; without limits it does nothing.
class Watch {
 public:
  explicit Watch(Limits);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  bool is_over(double began) const;
  void look(double began);

  Limits limits_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace vcohort
