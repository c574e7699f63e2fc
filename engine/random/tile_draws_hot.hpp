#pragma once
#include <cstdint>

#include "engine/numeric/instruction_set.hpp"

/// The loops behind tile_draws.hpp.
namespace vcohort {

/// The counters of a tile before they are taken apart into lanes; see counter.hpp for the words.
struct TileCounters {
  std::uint32_t key[2];
  std::uint32_t word_0;  // occasion and block
  std::uint32_t word_1;  // purpose; the high bits of the patient are added per lane
  std::uint32_t word_3;  // replicate
  std::uint64_t patient;
  const std::uint64_t* patients;    // [lane], nullptr: patient
  const std::uint16_t* occasions;   // [lane], nullptr: as in word_0
  const std::uint32_t* replicates;  // [lane], nullptr: word_3
};

VCOHORT_HOT_FUNCTION(uniform_loop, void(const TileCounters* tile, int lanes, int count, double* const* out))
VCOHORT_HOT_FUNCTION(normal_loop, void(const TileCounters* tile, int lanes, int count, double* const* out))

/// Where patients share blocks: of tile->patients, or without them of as many as there are lanes from tile->patient on.
VCOHORT_HOT_FUNCTION(shared_uniform_loop, void(const TileCounters* tile, int lanes, double* out))
VCOHORT_HOT_FUNCTION(shared_uniform_pair_loop, void(const TileCounters* tile, int lanes, double* first, double* second))
VCOHORT_HOT_FUNCTION(shared_normal_loop, void(const TileCounters* tile, int lanes, double* out))
VCOHORT_HOT_FUNCTION(shared_normal_pair_loop, void(const TileCounters* tile, int lanes, double* first, double* second))

}  // namespace vcohort
