#pragma once
#include "engine/numeric/instruction_set.hpp"

/// The loop behind permuted blocks. Every block begins anew, so that a lane is a block and the patients of a block are
/// the steps: nothing waits for the patient before.
namespace vcohort {

/// What one block holds. Arms stand in the order in which they share the uniform of a draw.
struct BlockOfArms {
  int arms;
  int block;                // patients
  const double* in_block;   // [arm]: patients of the arm
  const double* per_ratio;  // [arm]: 1 / ratio
  const int* place;         // [arm]: its code

  // Of two arms, [place in the block]: the first is behind where more of it than this are still to come, and behind or
  // tied where at least as many.
  const double* behind_above;
  const double* tied_from;
};

/// Sums of 1 / ratio nearer than this are ties: they differ by rounding only.
inline constexpr double allocation_tie = 1e-9;

/// Blocks whose arms are drawn side by side.
inline constexpr int blocks_at_once = 32;

/// Allocates whole blocks: patient `block * b + j` is the j-th of block b. `left` is working memory of
/// `arms * blocks_at_once`. `guessed`: the probability that the convergence strategy, which knows the allocations
/// before the patient, guesses the patient's arm (1 / t where the arm is one of t that are behind).
VCOHORT_HOT_FUNCTION(allocate_blocks, void(const BlockOfArms* of, long blocks, const double* uniform, double* left,
                                           int* arm, double* guessed))

}  // namespace vcohort
