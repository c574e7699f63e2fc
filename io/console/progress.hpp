#pragma once
#include <chrono>
#include <string>

#include "engine/run/run.hpp"

namespace vcohort {

enum class ProgressStyle : std::uint8_t { automatic, bar, log, json, none };

/// What a run took: the closing line says it, and the JSON progress.
struct RunCost {
  double seconds = 0, cpu_seconds = 0, peak_memory = 0, bytes_written = 0;
};

/// "2 min 5 s, 3 min 59 s of processor time, 120 MiB of memory, 3.4 MiB written"
std::string sentence_of(const RunCost&);

/// Shows on standard error how far a run is, how fast, and how long it will take: a bar on a terminal, as wide as that
/// is; a line with the time every few seconds elsewhere; or JSON for dashboards. With JSON, messages are JSON too: one
/// object per line, and the last one has the exit status.
class ProgressView {
 public:
  /// `shard` ("3/12") stands in every line; nothing for a whole run.
  explicit ProgressView(ProgressStyle, std::string shard = "");
  ~ProgressView();

  void silence() { style_ = ProgressStyle::none; }

  /// What earlier runs have done: it counts as done, but not for the speed.
  void begin(std::int64_t blocks, std::int64_t patients);

  void show(const Progress&);

  /// The simulation has ended, and another stage begins.
  void enter(const char* stage);

  /// The end of the run: a last JSON object, nothing in the other styles.
  void close(int status, const RunCost&);

 private:
  void draw(const Progress&);

  ProgressStyle style_;
  std::string shard_;
  std::int64_t blocks_before_ = 0, patients_before_ = 0;
  std::chrono::steady_clock::time_point last_{};
  bool drawn_ = false;
};

/// "1.3 M", "842".
std::string short_count(double);

/// "2 min 5 s", "0.8 s".
std::string short_duration(double seconds);

}  // namespace vcohort
