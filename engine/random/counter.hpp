#pragma once
#include "engine/random/address.hpp"
#include "engine/random/philox.hpp"

/// How an address becomes a Philox counter and a seed its key. The layout is fixed for ever: every stored result rests
/// on it.
namespace vcohort {

/// The counter of an address. Every field has its own bits, so that different addresses never share a counter:
///   word 0 = occasion (16) | block (16)           word 2 = patient, low 32 bits
///   word 1 = purpose (16) | patient, high 16 bits word 3 = replicate (32)
/// Throws NumericalFailure if the patient needs more than 48 bits.
PhiloxCounter counter_of(const Address& address);

/// The key of a seed: its low and its high word.
constexpr PhiloxKey key_of(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

}  // namespace vcohort
