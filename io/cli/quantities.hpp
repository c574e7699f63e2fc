#pragma once
#include <cstdint>
#include <string>

#include "engine/run/shard.hpp"

namespace vcohort {

/// Quantities as the command line writes them. What is no quantity is InvalidInput, with an example of one.

/// Seconds of "3600", "90s", "50m", "1h30m", "2d", "1.5h", or Slurm's "HH:MM:SS" and "D-HH:MM:SS". Positive.
double duration_of(const std::string& text);

/// Bytes of "800M", "8G", "1.5GiB", "2T" or plain bytes; the letters stand for powers of 1024. Positive.
std::int64_t size_of(const std::string& text);

/// A shard of "K/N", K from 1 to N.
Shard shard_of(const std::string& text);

}  // namespace vcohort
