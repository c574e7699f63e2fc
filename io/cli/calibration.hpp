#pragma once
#include <cstdint>
#include <string>

#include "engine/run/plan.hpp"

namespace vcohort {

/// What a plan costs, extrapolated from some blocks of every question that are simulated here and thrown away.
struct Calibration {
  double core_seconds = 0;   // of all blocks, on one thread of this machine
  double longest_block = 0;  // seconds: no stop is answered faster, no shard is shorter
};
Calibration calibrate(const Plan&);

/// How to cut a plan into tasks of a wished length.
struct Shards {
  std::int64_t shards = 1;
  double seconds = 0;  // of each, expected
};
Shards shards_for(const Calibration&, std::int64_t blocks, double task_seconds, int threads);

}  // namespace vcohort
