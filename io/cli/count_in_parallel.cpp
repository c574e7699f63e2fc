#include "io/cli/count_in_parallel.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

namespace vcohort {

RejectionCounts count_in_parallel(const Trial& trial, std::int64_t sample_size, std::int64_t from, std::int64_t to,
                                  const SizeTarget& target) {
  constexpr std::int64_t grain = 32;  // replicates: enough work for a task
  const auto add = [](RejectionCounts a, const RejectionCounts& b) {
    a.replicates += b.replicates;
    a.rejections += b.rejections;
    a.favourable += b.favourable;
    a.failures += b.failures;
    a.enrolled += b.enrolled;
    a.enrolled_squares += b.enrolled_squares;
    return a;
  };
  return oneapi::tbb::parallel_reduce(
      oneapi::tbb::blocked_range<std::int64_t>(from, to, grain), RejectionCounts{},
      [&](const oneapi::tbb::blocked_range<std::int64_t>& range, const RejectionCounts& before) {
        return add(before, trial.count_rejections(sample_size, range.begin(), range.end(), target));
      },
      add);
}

}  // namespace vcohort
