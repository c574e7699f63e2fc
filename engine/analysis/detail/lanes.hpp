#pragma once
#include <immintrin.h>

#include <cstdint>

/// Eight patients side by side, in as many vectors as the instruction set needs; for hot files only. Sums run in eight
/// interleaved partial sums, as in sums.hpp, so that their bits are the same for all sets.
namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr int width = 8;
#elif defined(__AVX2__)
constexpr int width = 4;
#else
constexpr int width = 2;
#endif
constexpr int lanes = 8, parts = lanes / width;
using Doubles = double __attribute__((vector_size(width * sizeof(double))));
using Codes = int __attribute__((vector_size(width * sizeof(int))));
using Mask = long __attribute__((vector_size(width * sizeof(long))));
using Words = std::uint64_t __attribute__((vector_size(width * sizeof(std::uint64_t))));

/// `width` entries from `first`, or those that there are and `rest`.
template <class Vector, class Entry>
[[gnu::always_inline]] inline void load(const Entry* from, long first, long n, Entry rest, Vector& to) {
  if (first + width <= n) {
    __builtin_memcpy(&to, from + first, sizeof to);
    return;
  }
  for (long lane = 0; lane < width; ++lane) to[lane] = first + lane < n ? from[first + lane] : rest;
}

/// Codes as lanes as wide as a double, to be compared with them; named because GCC 12 halves the vector otherwise.
[[gnu::always_inline]] inline Mask widened(const Codes& codes) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  constexpr __mmask8 all_lanes = 0xff;  // as in philox_lanes.hpp
  return (Mask)_mm512_maskz_cvtepi32_epi64(all_lanes, (__m256i)codes);
#else
  return __builtin_convertvector(codes, Mask);
#endif
}

[[gnu::always_inline]] inline void store(double* to, long first, long n, const Doubles& from) {
  if (first + width <= n) {
    __builtin_memcpy(to + first, &from, sizeof from);
    return;
  }
  for (long lane = 0; first + lane < n; ++lane) to[first + lane] = from[lane];
}

/// Eight partial sums.
struct Sums {
  Doubles part[parts] = {};

  [[gnu::always_inline]] double total() const {
    const auto at = [&](int lane) { return part[lane / width][lane % width]; };
    return ((at(0) + at(1)) + (at(2) + at(3))) + ((at(4) + at(5)) + (at(6) + at(7)));
  }
};

}  // namespace
}  // namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET
