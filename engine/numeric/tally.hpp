#pragma once
#include <cstdint>
#include <vector>

#include "engine/numeric/exact_sum.hpp"

namespace vcohort {

/// What a question gathers from its blocks: integer counts and exact sums, laid out by the question. Combining tallies
/// is associative and commutative, so that no order of blocks, threads, parts or ranks can change a bit of a result.
struct Tally {
  std::vector<std::int64_t> counts;
  std::vector<ExactSum> sums;

  Tally() = default;
  Tally(std::size_t number_of_counts, std::size_t number_of_sums) : counts(number_of_counts), sums(number_of_sums) {}

  void add(const Tally& other);
  void clear();
};

}  // namespace vcohort
