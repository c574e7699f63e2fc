#include "io/cli/usage.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

namespace vcohort {

Usage usage_so_far() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr double kibibyte = 1024;
  constexpr double per_microsecond = 1e-6;
  const auto seconds = [&](const timeval& time) {
    return static_cast<double>(time.tv_sec) + per_microsecond * static_cast<double>(time.tv_usec);
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), kibibyte * static_cast<double>(usage.ru_maxrss)};
}

std::int64_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0, resident = 0;
  if (!(file >> all >> resident)) return 0;
  return resident * sysconf(_SC_PAGESIZE);
}

std::string host_name() {
  utsname host{};
  uname(&host);
  return host.nodename;
}

std::int64_t seconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace vcohort
