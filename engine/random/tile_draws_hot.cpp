#include "engine/random/tile_draws_hot.hpp"

#include <type_traits>

#include "engine/numeric/elementary.hpp"
#include "engine/random/detail/philox_lanes.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {
namespace {

/// Lanes are taken in chunks whose words and uniforms stay in the first-level cache.
constexpr int chunk = 64;
static_assert(chunk % lanes_in_flight == 0);

/// The counter words of a chunk, one per 64-bit lane. Lanes beyond the tile hold any valid words;
/// what they give is never read.
struct Chunk {
  alignas(64) std::uint64_t word_0[chunk];
  alignas(64) std::uint64_t patients[chunk];
  alignas(64) std::uint64_t word_3[chunk];
};

void fill_constants(Chunk& counters, const TileCounters& tile) {
  for (int lane = 0; lane < chunk; ++lane) {
    counters.word_0[lane] = tile.word_0;
    counters.patients[lane] = tile.patient;
    counters.word_3[lane] = tile.word_3;
  }
}

/// Overwrites what varies between the lanes first ... first + lanes - 1.
void fill_lanes(Chunk& counters, const TileCounters& tile, int first, int lanes) {
  if (tile.patients != nullptr) {
    for (int lane = 0; lane < lanes; ++lane) counters.patients[lane] = tile.patients[first + lane];
  }
  if (tile.occasions != nullptr) {
    const std::uint64_t block = tile.word_0 & 0xffff;
    for (int lane = 0; lane < lanes; ++lane) {
      counters.word_0[lane] = static_cast<std::uint64_t>(tile.occasions[first + lane]) << 16 | block;
    }
  }
  if (tile.replicates != nullptr) {
    for (int lane = 0; lane < lanes; ++lane) counters.word_3[lane] = tile.replicates[first + lane];
  }
}

void chunk_uniforms(const Chunk& counters, std::uint64_t word_1, const RoundKeys& keys, int lanes, int count,
                    double* const* out) {
  int lane = 0;
  const auto take = [&]<int vectors>(std::integral_constant<int, vectors>) {
    double* const here[4] = {out[0] + lane, out[1] + lane, out[2] + lane, out[3] + lane};
    philox_uniforms<vectors>(counters.word_0 + lane, word_1, counters.patients + lane, counters.word_3 + lane, keys,
                             count, here);
    lane += vectors * width;
  };
  while (lane + lanes_in_flight <= lanes) take(std::integral_constant<int, vectors_in_flight>());
  while (lane + width < lanes) take(std::integral_constant<int, 2>());
  if (lane < lanes) take(std::integral_constant<int, 1>());
}

/// Box and Muller: radius and angle from one uniform each.
void normal_pairs(const double* __restrict radius_uniforms, const double* __restrict angle_uniforms, int n,
                  double* __restrict first, double* __restrict second) {
  for (int i = 0; i < n; ++i) {
    double sine = 0.0;
    double cosine = 0.0;
    sincos_turns(angle_uniforms[i], &sine, &cosine);
    const double radius = __builtin_sqrt(-2.0 * log_of(radius_uniforms[i]));
    first[i] = radius * cosine;
    second[i] = radius * sine;
  }
}

void first_of_pairs(const double* __restrict radius_uniforms, const double* __restrict angle_uniforms, int n,
                    double* __restrict first) {
  for (int i = 0; i < n; ++i) {
    double sine = 0.0;
    double cosine = 0.0;
    sincos_turns(angle_uniforms[i], &sine, &cosine);
    first[i] = __builtin_sqrt(-2.0 * log_of(radius_uniforms[i])) * cosine;
  }
}

}  // namespace

void uniform_loop(const TileCounters* tile, int lanes, int count, double* const* out) {
  const RoundKeys keys = round_keys(tile->key);
  Chunk counters;
  fill_constants(counters, *tile);
  alignas(64) double buffer[4][chunk];
  for (int first = 0; first < lanes; first += chunk) {
    const int here = lanes - first < chunk ? lanes - first : chunk;
    fill_lanes(counters, *tile, first, here);
    // A whole chunk is written where it belongs; a shorter one would reach beyond the tile.
    double* into[4] = {buffer[0], buffer[1], buffer[2], buffer[3]};
    for (int k = 0; k < count && here == chunk; ++k) into[k] = out[k] + first;
    chunk_uniforms(counters, tile->word_1, keys, here, count, into);
    for (int k = 0; k < count && here < chunk; ++k) {
      for (int lane = 0; lane < here; ++lane) out[k][first + lane] = buffer[k][lane];
    }
  }
}

void normal_loop(const TileCounters* tile, int lanes, int count, double* const* out) {
  const RoundKeys keys = round_keys(tile->key);
  Chunk counters;
  fill_constants(counters, *tile);
  alignas(64) double buffer[4][chunk];
  double* const buffers[4] = {buffer[0], buffer[1], buffer[2], buffer[3]};
  for (int first = 0; first < lanes; first += chunk) {
    const int here = lanes - first < chunk ? lanes - first : chunk;
    fill_lanes(counters, *tile, first, here);
    chunk_uniforms(counters, tile->word_1, keys, here, count > 2 ? 4 : 2, buffers);
    for (long pair = 0; 2 * pair < count; ++pair) {
      const double* radius_uniforms = buffer[2 * pair];
      const double* angle_uniforms = buffer[2 * pair + 1];
      if (2 * pair + 1 < count) {
        normal_pairs(radius_uniforms, angle_uniforms, here, out[2 * pair] + first, out[2 * pair + 1] + first);
      } else {
        first_of_pairs(radius_uniforms, angle_uniforms, here, out[2 * pair] + first);
      }
    }
  }
}

namespace {

/// The words of the blocks that the patients of a chunk share, `sharing` to a block, side by side for each patient:
/// of_patient[k][i] is word words * (patient mod sharing) + k, k < words of a patient.
template <int sharing>
struct SharedWords {
  static constexpr int words = 4 / sharing, blocks = 32, patients = blocks * sharing;
  static_assert(blocks % lanes_in_flight == 0 && patients >= chunk);
  alignas(64) double of_block[4][chunk];
  alignas(64) double of_patient[words][patients];

  /// Blocks first_block, first_block + 1, ...: `n` patients without a gap, the first of whom opens a block.
  [[gnu::always_inline]] void number(Chunk& counters, std::uint64_t first_block, int n, std::uint64_t word_1,
                                     const RoundKeys& keys) {
    for (int block = 0; block < blocks; ++block) counters.patients[block] = first_block + block;
    draw(counters, word_1, keys, (n + sharing - 1) / sharing);
    for (int block = 0; block < blocks; ++block)
      for (int k = 0; k < words; ++k)
        for (int place = 0; place < sharing; ++place)
          of_patient[k][sharing * block + place] = of_block[words * place + k][block];
  }

  /// A block for each patient.
  [[gnu::always_inline]] void pick(Chunk& counters, const std::uint64_t* of, int lanes, std::uint64_t word_1,
                                   const RoundKeys& keys) {
    for (int lane = 0; lane < lanes; ++lane) counters.patients[lane] = of[lane] / sharing;
    draw(counters, word_1, keys, lanes);
    for (int k = 0; k < words; ++k)
      for (int lane = 0; lane < lanes; ++lane) of_patient[k][lane] = of_block[words * (of[lane] % sharing) + k][lane];
  }

 private:
  [[gnu::always_inline]] void draw(const Chunk& counters, std::uint64_t word_1, const RoundKeys& keys, int n) {
    double* const into[4] = {of_block[0], of_block[1], of_block[2], of_block[3]};
    chunk_uniforms(counters, word_1, keys, n, 4, into);
  }
};

/// Calls `deliver(words, from, lane, n)`: the words of patients lane ... lane + n - 1 stand at `from` in the chunk.
template <int sharing, class Deliver>
[[gnu::always_inline]] inline void share_blocks(const TileCounters& tile, int lanes, Deliver deliver) {
  const RoundKeys keys = round_keys(tile.key);
  Chunk counters;
  fill_constants(counters, tile);
  SharedWords<sharing> words;
  if (tile.patients != nullptr) {
    for (int lane = 0; lane < lanes; lane += chunk) {
      const int here = lanes - lane < chunk ? lanes - lane : chunk;
      words.pick(counters, tile.patients + lane, here, tile.word_1, keys);
      deliver(words, 0, lane, here);
    }
    return;
  }
  int from = static_cast<int>(tile.patient % sharing);
  std::uint64_t block = tile.patient / sharing;
  for (int lane = 0; lane < lanes;) {
    const int there_are = words.patients - from, here = lanes - lane < there_are ? lanes - lane : there_are;
    words.number(counters, block, from + here, tile.word_1, keys);
    deliver(words, from, lane, here);
    lane += here;
    block += words.blocks;
    from = 0;
  }
}

}  // namespace

void shared_uniform_loop(const TileCounters* tile, int lanes, double* out) {
  share_blocks<4>(*tile, lanes, [out](const SharedWords<4>& words, int from, int lane, int n) {
    for (int i = 0; i < n; ++i) out[lane + i] = words.of_patient[0][from + i];
  });
}

void shared_uniform_pair_loop(const TileCounters* tile, int lanes, double* first, double* second) {
  share_blocks<2>(*tile, lanes, [first, second](const SharedWords<2>& words, int from, int lane, int n) {
    for (int i = 0; i < n; ++i) first[lane + i] = words.of_patient[0][from + i];
    for (int i = 0; i < n; ++i) second[lane + i] = words.of_patient[1][from + i];
  });
}

void shared_normal_pair_loop(const TileCounters* tile, int lanes, double* first, double* second) {
  share_blocks<2>(*tile, lanes, [first, second](const SharedWords<2>& words, int from, int lane, int n) {
    normal_pairs(words.of_patient[0] + from, words.of_patient[1] + from, n, first + lane, second + lane);
  });
}

/// Two patients, an even one and the next, are one pair of normals; two pairs share a block.
void shared_normal_loop(const TileCounters* tile, int lanes, double* out) {
  alignas(64) double even[SharedWords<2>::patients], odd[SharedWords<2>::patients];
  TileCounters pairs = *tile;
  if (tile->patients != nullptr) {
    std::uint64_t pair[chunk];
    pairs.patients = pair;
    for (int lane = 0; lane < lanes; lane += chunk) {
      const std::uint64_t* patients = tile->patients + lane;
      const int here = lanes - lane < chunk ? lanes - lane : chunk;
      for (int i = 0; i < here; ++i) pair[i] = patients[i] / 2;
      shared_normal_pair_loop(&pairs, here, even, odd);
      for (int i = 0; i < here; ++i) out[lane + i] = patients[i] % 2 == 0 ? even[i] : odd[i];
    }
    return;
  }
  const int before = static_cast<int>(tile->patient % 2);  // patients of the first pair who are not asked for
  pairs.patient = tile->patient / 2;
  share_blocks<2>(pairs, (before + lanes + 1) / 2, [&](const SharedWords<2>& words, int from, int pair, int n) {
    normal_pairs(words.of_patient[0] + from, words.of_patient[1] + from, n, even, odd);
    const int at = 2 * pair - before;
    const int begin = at < 0 ? 1 : 0, end = at + 2 * n > lanes ? n - 1 : n;
    if (begin > 0) out[0] = odd[0];
    for (int i = begin; i < end; ++i) {
      out[at + 2 * i] = even[i];
      out[at + 2 * i + 1] = odd[i];
    }
    if (end < n && at + 2 * end >= 0) out[at + 2 * end] = even[end];
  });
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
