#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "engine/random/address.hpp"

/// Draws for a tile: one Philox block per lane, vectorised, for as many lanes as wished. A lane is usually a patient;
/// where a lane is a trial, the replicate varies instead.
///
/// Why these are not Boost.Random's: its normals take an unknown number of words and libm's functions, which choose
/// their code by processor, so that bits would differ; and a normal costs 9.9 ns on an AddressedEngine, 1.3 ns here
/// with AVX-512 and 2.1 ns with AVX2 (bench_random, processor time, medians of five on a Zen 4, spread 0.1 %). What
/// uses no such function (integers, shuffles, Sobol points) takes Boost.Random on an AddressedEngine.
namespace vcohort {

/// Where the draws of a tile live. An array, where given, holds one value per lane and overrides the field beside it.
struct TileAddress {
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
  Purpose purpose = Purpose::test;
  std::uint16_t occasion = 0;
  std::uint16_t block = 0;
  std::uint64_t patient = 0;                  // used where no array of patients is given
  const std::uint16_t* occasions = nullptr;   // [lane]
  const std::uint32_t* replicates = nullptr;  // [lane]
};

/// Uniforms of up to one block: out[k][lane] = (word k + 1/2) 2^-32 for k < count, strictly between 0 and 1: smallest
/// 2^-33, largest 1 - 2^-33, never 0, 1/2 or 1. patients: one per lane, or nullptr for tile.patient in every lane.
/// count: 1 to 4. Draws one block at tile's purpose. Throws NumericalFailure if a patient needs more than 48 bits,
/// InternalError for a count outside 1 to 4 or negative lanes.
void tile_uniforms(const TileAddress& tile, const std::uint64_t* patients, int lanes, int count, double* const* out);

/// Standard normals of up to one block by Box and Muller's method: out[2k] = r cos a, out[2k + 1] = r sin a with
/// r = sqrt(-2 log u) from word 2k and a = 2 pi v from word 2k + 1. The radius has all 32 bits: |normal| <= 6.764 (a
/// share of 1.3e-11 lies beyond in truth), and tails beyond 3 to 6 are right. Value k is the same whatever the count.
/// Parameters and errors as for tile_uniforms.
void tile_normals(const TileAddress& tile, const std::uint64_t* patients, int lanes, int count, double* const* out);

/// One uniform per patient where no more is needed: four patients share a block. That of a patient is word patient mod
/// 4 of the block at patient / 4. Where patients follow each other without a gap, as in a trial on a data model, a draw
/// costs a quarter of a block (a ninth of the time of a trial of 2 x 100 was this); where there are gaps, a whole one.
/// `patients` ascend. Errors as for tile_uniforms.
void shared_uniforms(const TileAddress& tile, std::span<const std::uint64_t> patients, double* out);

/// Two uniforms per patient: two patients share a block. Those of a patient are the words 2 (patient mod 2) and the
/// next of the block at patient / 2. Otherwise as shared_uniforms.
void shared_uniform_pairs(const TileAddress& tile, std::span<const std::uint64_t> patients, double* first,
                          double* second);

/// One normal per patient: that of shared_uniforms' block and place.
void shared_normals(const TileAddress& tile, std::span<const std::uint64_t> patients, double* out);

/// Two normals per patient, from the block and places of shared_uniform_pairs.
void shared_normal_pairs(const TileAddress& tile, std::span<const std::uint64_t> patients, double* first,
                         double* second);

/// What the shared draws give for the patient of one address.
double shared_uniform_at(std::uint64_t seed, const Address& address);
double shared_normal_at(std::uint64_t seed, const Address& address);
std::array<double, 2> shared_uniform_pair_at(std::uint64_t seed, const Address& address);
std::array<double, 2> shared_normal_pair_at(std::uint64_t seed, const Address& address);

/// The four uniforms, or normals, at one address: what the tile functions give for a tile of one lane. Plain reference
/// code, and the way to replay one decision.
std::array<double, 4> uniforms_at(std::uint64_t seed, const Address& address);
std::array<double, 4> normals_at(std::uint64_t seed, const Address& address);

}  // namespace vcohort
