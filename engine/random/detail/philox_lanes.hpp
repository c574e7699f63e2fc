#pragma once
#include <immintrin.h>

#include "engine/random/philox.hpp"

/// Philox4x32-10 for many lanes at once; for hot files only. Each 32-bit word lies in the low half of a 64-bit lane,
/// where one instruction of SSE2, AVX2 or AVX-512 multiplies it into 64 bits; the high half may hold rubbish between
/// the rounds. That instruction is named because compilers do not find it, and the loops they make instead are 2 to 3
/// times slower.
namespace vcohort::VCOHORT_INSTRUCTION_SET {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

constexpr int width = vector_bytes / 8;
using Words = std::uint64_t __attribute__((vector_size(vector_bytes)));  // one counter word of each of width lanes
using Doubles = double __attribute__((vector_size(vector_bytes)));

/// The products of the low halves.
[[gnu::always_inline]] inline Words product(Words a, Words b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  constexpr __mmask8 all_lanes =
      0xff;  // the unmasked form makes GCC 12 warn of an uninitialised variable in its own header
  return (Words)_mm512_maskz_mul_epu32(all_lanes, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
  return (Words)_mm_mul_epu32((__m128i)a, (__m128i)b);
#endif
}

[[gnu::always_inline]] inline Words load(const std::uint64_t* words) {
  Words vector;
  __builtin_memcpy(&vector, words, sizeof vector);
  return vector;
}

[[gnu::always_inline]] inline Words broadcast(std::uint64_t word) {
  return Words{} + word;
}

/// (word + 1/2) 2^-32 of the low halves, exactly: a word or-ed into the mantissa of 2^52 is 2^52 + word.
[[gnu::always_inline]] inline void store_uniforms(Words words, double* uniforms) {
  constexpr std::uint64_t low_half = 0xffffffff;
  constexpr std::uint64_t two_to_52 = 0x4330000000000000;
  const Doubles shifted = (Doubles)((words & low_half) | two_to_52);
  const Doubles values = (shifted - (0x1p52 - 0.5)) * 0x1p-32;
  __builtin_memcpy(uniforms, &values, sizeof values);
}

/// The two key words of each round.
struct RoundKeys {
  std::uint64_t first[PhiloxConstants::rounds];
  std::uint64_t second[PhiloxConstants::rounds];
};

[[gnu::always_inline]] inline RoundKeys round_keys(const std::uint32_t* key) {
  RoundKeys keys;
  for (int round = 0; round < PhiloxConstants::rounds; ++round) {
    keys.first[round] = key[0] + static_cast<std::uint32_t>(round) * PhiloxConstants::first_key_step;
    keys.second[round] = key[1] + static_cast<std::uint32_t>(round) * PhiloxConstants::second_key_step;
  }
  return keys;
}

/// Four vectors of lanes are in flight at a time, which hides the latency of the multiplication.
constexpr int vectors_in_flight = 4;
constexpr int lanes_in_flight = vectors_in_flight * width;

/// One Philox block for each lane of `vectors` vectors; uniforms[k] receives word k of each lane as (word + 1/2) 2^-32,
/// k < count.
template <int vectors>
[[gnu::always_inline]] inline void philox_uniforms(const std::uint64_t* word_0, std::uint64_t word_1,
                                                   const std::uint64_t* patients, const std::uint64_t* word_3,
                                                   const RoundKeys& keys, int count, double* const* uniforms) {
  Words counter_0[vectors], counter_1[vectors], counter_2[vectors], counter_3[vectors];
  for (long v = 0; v < vectors; ++v) {
    counter_0[v] = load(word_0 + v * width);
    counter_2[v] = load(patients + v * width);
    counter_1[v] = (counter_2[v] >> 32) | broadcast(word_1);
    counter_3[v] = load(word_3 + v * width);
  }
  const Words first_multiplier = broadcast(PhiloxConstants::first_multiplier);
  const Words second_multiplier = broadcast(PhiloxConstants::second_multiplier);
// Unrolled whole, the words change their names instead of their registers: 10 to 20 % with GCC.
#pragma GCC unroll 10
  for (int round = 0; round < PhiloxConstants::rounds; ++round) {
    const Words first_key = broadcast(keys.first[round]);
    const Words second_key = broadcast(keys.second[round]);
    for (long v = 0; v < vectors; ++v) {
      const Words first = product(counter_0[v], first_multiplier);
      const Words second = product(counter_2[v], second_multiplier);
      counter_0[v] = (second >> 32) ^ counter_1[v] ^ first_key;
      counter_1[v] = second;
      counter_2[v] = (first >> 32) ^ counter_3[v] ^ second_key;
      counter_3[v] = first;
    }
  }
  for (long v = 0; v < vectors; ++v) {
    store_uniforms(counter_0[v], uniforms[0] + v * width);
    if (count > 1) store_uniforms(counter_1[v], uniforms[1] + v * width);
    if (count > 2) store_uniforms(counter_2[v], uniforms[2] + v * width);
    if (count > 3) store_uniforms(counter_3[v], uniforms[3] + v * width);
  }
}

}  // namespace
}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
