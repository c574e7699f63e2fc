#include "engine/random/tile_draws.hpp"

#include <string>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/counter.hpp"
#include "engine/random/tile_draws_hot.hpp"

namespace vcohort {
namespace {

TileCounters checked_counters(const TileAddress& tile, const std::uint64_t* patients, int lanes, int count) {
  if (count < 1 || count > 4 || lanes < 0) {
    throw InternalError(
        explain("cannot draw " + std::to_string(count) + " numbers for " + std::to_string(lanes) + " lanes",
                "a block holds four", "use the next block"));
  }
  // A patient beyond 48 bits shows in the union of all bits, which costs one instruction per lane at most.
  std::uint64_t bits = 0;
  if (patients != nullptr) {
    for (int lane = 0; lane < lanes; ++lane) bits |= patients[lane];
  }
  if (bits > Address::whole_replicate) {
    for (int lane = 0; lane < lanes; ++lane)
      counter_of({.patient = patients[lane]});  // throws at the first that is too large
  }

  const PhiloxKey key = key_of(tile.seed);
  const std::uint64_t patient = patients == nullptr ? tile.patient : 0;
  const PhiloxCounter counter = counter_of({tile.replicate, patient, tile.purpose, tile.occasion, tile.block});
  const auto purpose = static_cast<std::uint32_t>(tile.purpose) << 16;
  return {{key[0], key[1]}, counter[0], purpose, counter[3], patient, patients, tile.occasions, tile.replicates};
}

double uniform_of(std::uint32_t word) {
  return (word + 0.5) * 0x1p-32;
}

}  // namespace

void tile_uniforms(const TileAddress& tile, const std::uint64_t* patients, int lanes, int count, double* const* out) {
  const TileCounters counters = checked_counters(tile, patients, lanes, count);
  uniform_loop(&counters, lanes, count, out);
}

void tile_normals(const TileAddress& tile, const std::uint64_t* patients, int lanes, int count, double* const* out) {
  const TileCounters counters = checked_counters(tile, patients, lanes, count);
  normal_loop(&counters, lanes, count, out);
}

namespace {

/// The counters of patients who share blocks; without an array where none is left out, so that the loop numbers them
/// itself.
TileCounters shared_counters(const TileAddress& tile, std::span<const std::uint64_t> patients) {
  require(tile.occasions == nullptr && tile.replicates == nullptr, "patients who share a block share its address");
  TileCounters counters = checked_counters(tile, &patients.back(), 1, 1);
  counters.patient = patients.front();
  counters.patients = patients.back() - patients.front() + 1 == patients.size() ? nullptr : patients.data();
  return counters;
}

}  // namespace

void shared_uniforms(const TileAddress& tile, std::span<const std::uint64_t> patients, double* out) {
  if (patients.empty()) return;
  const TileCounters counters = shared_counters(tile, patients);
  shared_uniform_loop(&counters, static_cast<int>(patients.size()), out);
}

void shared_uniform_pairs(const TileAddress& tile, std::span<const std::uint64_t> patients, double* first,
                          double* second) {
  if (patients.empty()) return;
  const TileCounters counters = shared_counters(tile, patients);
  shared_uniform_pair_loop(&counters, static_cast<int>(patients.size()), first, second);
}

void shared_normals(const TileAddress& tile, std::span<const std::uint64_t> patients, double* out) {
  if (patients.empty()) return;
  const TileCounters counters = shared_counters(tile, patients);
  shared_normal_loop(&counters, static_cast<int>(patients.size()), out);
}

void shared_normal_pairs(const TileAddress& tile, std::span<const std::uint64_t> patients, double* first,
                         double* second) {
  if (patients.empty()) return;
  const TileCounters counters = shared_counters(tile, patients);
  shared_normal_pair_loop(&counters, static_cast<int>(patients.size()), first, second);
}

namespace {

/// The block that `patients` share.
Address shared_by(const Address& address, unsigned patients) {
  Address block = address;
  block.patient /= patients;
  return block;
}

std::array<double, 2> pair_of(const std::array<double, 4>& block, std::uint64_t patient) {
  const std::size_t first = 2 * (patient % 2);
  return {block[first], block[first + 1]};
}

}  // namespace

double shared_uniform_at(std::uint64_t seed, const Address& address) {
  return uniforms_at(seed, shared_by(address, 4))[address.patient % 4];
}

std::array<double, 2> shared_uniform_pair_at(std::uint64_t seed, const Address& address) {
  return pair_of(uniforms_at(seed, shared_by(address, 2)), address.patient);
}

double shared_normal_at(std::uint64_t seed, const Address& address) {
  return normals_at(seed, shared_by(address, 4))[address.patient % 4];
}

std::array<double, 2> shared_normal_pair_at(std::uint64_t seed, const Address& address) {
  return pair_of(normals_at(seed, shared_by(address, 2)), address.patient);
}

std::array<double, 4> uniforms_at(std::uint64_t seed, const Address& address) {
  const PhiloxWords words = philox4x32_10(counter_of(address), key_of(seed));
  return {uniform_of(words[0]), uniform_of(words[1]), uniform_of(words[2]), uniform_of(words[3])};
}

std::array<double, 4> normals_at(std::uint64_t seed, const Address& address) {
  const std::array<double, 4> uniforms = uniforms_at(seed, address);
  std::array<double, 4> normals{};
  for (std::size_t pair = 0; pair < normals.size(); pair += 2) {
    double sine = 0.0;
    double cosine = 0.0;
    sincos_turns(uniforms[pair + 1], &sine, &cosine);
    const double radius = __builtin_sqrt(-2.0 * log_of(uniforms[pair]));
    normals[pair] = radius * cosine;
    normals[pair + 1] = radius * sine;
  }
  return normals;
}

}  // namespace vcohort
