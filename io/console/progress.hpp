#pragma once
#include <chrono>
#include <string>

#include "engine/run/run.hpp"

namespace vcohort {

enum class ProgressStyle : std::uint8_t { automatic, bar, log, json, none };

/// Shows on standard error how far a run is, how fast, and how long it will take: a bar on a terminal, a line every few
/// seconds elsewhere, or one JSON object per line for dashboards.
class ProgressView {
 public:
  explicit ProgressView(ProgressStyle);
  ~ProgressView();

  void show(const Progress&);

 private:
  void draw(const Progress&);

  ProgressStyle style_;
  std::chrono::steady_clock::time_point last_{};
  bool drawn_ = false;
};

/// "1.3 M", "842".
std::string short_count(double);

/// "2 min 5 s", "0.8 s".
std::string short_duration(double seconds);

}  // namespace vcohort
