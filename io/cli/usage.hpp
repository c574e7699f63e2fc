#pragma once
#include <cstdint>
#include <string>

namespace vcohort {

/// What this process has used so far.
struct Usage {
  double cpu_seconds = 0;  // of all threads, user and system
  double peak_memory = 0;  // bytes resident
};
Usage usage_so_far();

/// Bytes resident now; 0 where the system does not say.
std::int64_t resident_memory();

std::string host_name();
std::int64_t seconds_since_1970();

}  // namespace vcohort
