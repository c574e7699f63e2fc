#include "engine/numeric/tally.hpp"

#include <algorithm>

#include "engine/numeric/errors.hpp"

namespace vcohort {

void Tally::add(const Tally& other) {
  if (counts.size() != other.counts.size() || sums.size() != other.sums.size()) {
    throw InternalError(
        explain("tallies of different layout cannot be added", "one question lays out all its tallies alike", ""));
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (__builtin_add_overflow(counts[i], other.counts[i], &counts[i])) {
      throw NumericalFailure(explain("a count left the range of 64 bits", "", "divide the study"));
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(other.sums[i]);
}

void Tally::clear() {
  std::fill(counts.begin(), counts.end(), 0);
  std::fill(sums.begin(), sums.end(), ExactSum{});
}

}  // namespace vcohort
