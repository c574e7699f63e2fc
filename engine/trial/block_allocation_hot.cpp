#include "engine/trial/block_allocation_hot.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {
namespace {

/// Between the order of patients and that of places in the block. Written out for blocks of four, because compilers
/// take several patients at once only then.
[[gnu::always_inline]] inline void take_apart(const double* __restrict patients, int size, int lanes,
                                              double* __restrict places) {
  constexpr int step = blocks_at_once;
  if (size == 4) {
    for (int lane = 0; lane < lanes; ++lane) {
      places[lane] = patients[4 * lane];
      places[step + lane] = patients[4 * lane + 1];
      places[2 * step + lane] = patients[4 * lane + 2];
      places[3 * step + lane] = patients[4 * lane + 3];
    }
    return;
  }
  for (int j = 0; j < size; ++j)
    for (int lane = 0; lane < lanes; ++lane) places[j * step + lane] = patients[lane * size + j];
}

template <class Number>
[[gnu::always_inline]] inline void put_together(const Number* __restrict places, int size, int lanes,
                                                Number* __restrict patients) {
  constexpr int step = blocks_at_once;
  if (size == 4) {
    for (int lane = 0; lane < lanes; ++lane) {
      patients[4 * lane] = places[lane];
      patients[4 * lane + 1] = places[step + lane];
      patients[4 * lane + 2] = places[2 * step + lane];
      patients[4 * lane + 3] = places[3 * step + lane];
    }
    return;
  }
  for (int j = 0; j < size; ++j)
    for (int lane = 0; lane < lanes; ++lane) patients[lane * size + j] = places[j * step + lane];
}

/// Two arms in short blocks: what is left of the first arm says all.
constexpr int longest_pairs = 16;
[[gnu::always_inline]] inline void allocate_pairs(const BlockOfArms& of, long blocks, const double* uniform, int* arm,
                                                  double* guessed) {
  constexpr int step = blocks_at_once;
  const double in_first = of.in_block[0];
  const int first_place = of.place[0], second_place = of.place[1];
  alignas(64) double u[longest_pairs * step], guess[longest_pairs * step], left[step];
  alignas(64) int place[longest_pairs * step];
  for (long done = 0; done < blocks; done += step) {
    const int lanes = blocks - done < step ? static_cast<int>(blocks - done) : step;
    take_apart(uniform + done * of.block, of.block, lanes, u);
    for (int j = 0; j < of.block; ++j)
      for (int lane = lanes; lane < step; ++lane) u[j * step + lane] = 0.5;
    for (int lane = 0; lane < step; ++lane) left[lane] = in_first;
    for (int j = 0; j < of.block; ++j) {
      const double total = of.block - j, behind_above = of.behind_above[j], tied_from = of.tied_from[j];
      const double* __restrict here = u + j * step;
      double* __restrict g = guess + j * step;
      int* __restrict p = place + j * step;
      for (int lane = 0; lane < step; ++lane) {
        const bool first = here[lane] * total < left[lane];
        const double right_if_first = left[lane] > behind_above ? 1.0 : left[lane] >= tied_from ? 0.5 : 0.0;
        g[lane] = first ? right_if_first : 1.0 - right_if_first;
        p[lane] = first ? first_place : second_place;
        left[lane] -= first ? 1.0 : 0.0;
      }
    }
    put_together(guess, of.block, lanes, guessed + done * of.block);
    put_together(place, of.block, lanes, arm + done * of.block);
  }
}

[[gnu::always_inline]] inline void allocate(const BlockOfArms& of, long blocks, const double* __restrict uniform,
                                            double* __restrict left, int* __restrict arm, double* __restrict guessed) {
  const int arms = of.arms;
  double x[blocks_at_once], below[blocks_at_once], behind[blocks_at_once], tied[blocks_at_once];
  double share[blocks_at_once], chosen_place[blocks_at_once], guess[blocks_at_once];
  for (long first = 0; first < blocks; first += blocks_at_once) {
    const int lanes = blocks - first < blocks_at_once ? static_cast<int>(blocks - first) : blocks_at_once;
    for (int k = 0; k < arms; ++k)
      for (int lane = 0; lane < blocks_at_once; ++lane) left[k * blocks_at_once + lane] = of.in_block[k];
    for (int j = 0; j < of.block; ++j) {
      const double total = of.block - j;
      for (int lane = 0; lane < lanes; ++lane) x[lane] = uniform[(first + lane) * of.block + j] * total;
      for (int lane = 0; lane < blocks_at_once; ++lane) {
        behind[lane] = (of.in_block[0] - left[lane]) * of.per_ratio[0];
        tied[lane] = below[lane] = chosen_place[lane] = guess[lane] = 0;
      }
      for (int k = 1; k < arms; ++k) {
        const double in_block = of.in_block[k], per_ratio = of.per_ratio[k];
        const double* own = left + k * blocks_at_once;
        for (int lane = 0; lane < blocks_at_once; ++lane) {
          const double allocated = (in_block - own[lane]) * per_ratio;
          behind[lane] = allocated < behind[lane] ? allocated : behind[lane];
        }
      }
      for (int lane = 0; lane < blocks_at_once; ++lane) behind[lane] += allocation_tie;
      for (int k = 0; k < arms; ++k) {
        const double in_block = of.in_block[k], per_ratio = of.per_ratio[k];
        const double* own = left + k * blocks_at_once;
        for (int lane = 0; lane < blocks_at_once; ++lane)
          tied[lane] += (in_block - own[lane]) * per_ratio <= behind[lane] ? 1.0 : 0.0;
      }
      for (int lane = 0; lane < blocks_at_once; ++lane) share[lane] = 1.0 / tied[lane];
      for (int k = 0; k < arms; ++k) {
        const double in_block = of.in_block[k], per_ratio = of.per_ratio[k], place = of.place[k];
        double* own = left + k * blocks_at_once;
        for (int lane = 0; lane < blocks_at_once; ++lane) {
          const double from = below[lane], to = from + own[lane];
          const double right = (in_block - own[lane]) * per_ratio <= behind[lane] ? share[lane] : 0.0;
          const double reached = x[lane] >= from ? 1.0 : 0.0, chosen = x[lane] < to ? reached : 0.0;
          guess[lane] += chosen * right;
          chosen_place[lane] += chosen * place;
          below[lane] = to;
          own[lane] -= chosen;
        }
      }
      for (int lane = 0; lane < lanes; ++lane) {
        arm[(first + lane) * of.block + j] = static_cast<int>(chosen_place[lane]);
        guessed[(first + lane) * of.block + j] = guess[lane];
      }
    }
  }
}

}  // namespace

void allocate_blocks(const BlockOfArms* of, long blocks, const double* uniform, double* left, int* arm,
                     double* guessed) {
  if (of->arms == 2 && of->block <= longest_pairs) return allocate_pairs(*of, blocks, uniform, arm, guessed);
  allocate(*of, blocks, uniform, left, arm, guessed);
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
