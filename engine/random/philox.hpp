#pragma once
#include <array>
#include <cstdint>

/// Philox4x32-10 as a pure function: 128 bits of counter and 64 bits of key give 128 random bits. Nothing is stored
/// between calls. Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
namespace vcohort {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;
using PhiloxWords = std::array<std::uint32_t, 4>;

/// The constants of the paper: two multipliers, and the increments of the key between rounds (golden ratio and sqrt(3)
/// - 1).
struct PhiloxConstants {
  static constexpr std::uint32_t first_multiplier = 0xD2511F53;
  static constexpr std::uint32_t second_multiplier = 0xCD9E8D57;
  static constexpr std::uint32_t first_key_step = 0x9E3779B9;
  static constexpr std::uint32_t second_key_step = 0xBB67AE85;
  static constexpr int rounds = 10;
};

constexpr PhiloxWords philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < PhiloxConstants::rounds; ++round) {
    const std::uint64_t first = std::uint64_t{PhiloxConstants::first_multiplier} * counter[0];
    const std::uint64_t second = std::uint64_t{PhiloxConstants::second_multiplier} * counter[2];
    counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
    key[0] += PhiloxConstants::first_key_step;
    key[1] += PhiloxConstants::second_key_step;
  }
  return counter;
}

}  // namespace vcohort
