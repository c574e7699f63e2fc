#pragma once
#include <cstdint>
#include <limits>

#include "engine/random/counter.hpp"

namespace vcohort {

/// The random words of one decision as a UniformRandomBitGenerator, for distributions that need an unknown number of
/// them (those of Boost.Random, for instance). It starts at an address and walks its block field, four words per block.
/// Where the number of draws is known and patients come in tiles, use tile_draws.hpp, which is several times faster.
/// Reproducible from the address alone: two engines at one address give the same words.
class AddressedEngine {
 public:
  using result_type = std::uint32_t;

  /// Throws NumericalFailure if the patient needs more than 48 bits.
  AddressedEngine(std::uint64_t seed, const Address& start);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  /// The next word, uniform on 0 ... 2^32 - 1. Throws NumericalFailure when block 65535 is used up; it never wraps.
  result_type operator()() {
    if (next_word_ == words_.size()) advance();
    ++draws_;
    return words_[next_word_++];
  }

  /// Words delivered so far.
  std::uint64_t draws() const { return draws_; }

 private:
  void advance();

  PhiloxKey key_;
  PhiloxCounter counter_;
  PhiloxWords words_{};
  std::uint64_t draws_ = 0;
  std::uint32_t next_block_;
  std::uint32_t next_word_ = 4;
};

}  // namespace vcohort
