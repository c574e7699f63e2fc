#pragma once
#include <cstdint>
#include <span>

namespace vcohort::analysis {

/// The probabilities of fewest, fewest + 1, ..., one per weight, up to a factor: a recurrence outward from the mode,
/// where the weight is 1. No logarithms, no cancellation, and underflow only where it does not count. `ratio(x)`: the
/// probability of x + 1 over that of x.
template <class Ratio>
void weights_outward(std::int64_t fewest, std::int64_t mode, const Ratio& ratio, std::span<double> weights) {
  const std::int64_t most = fewest + static_cast<std::int64_t>(weights.size()) - 1;
  weights[mode - fewest] = 1;
  for (auto x = mode; x < most; ++x) weights[x + 1 - fewest] = weights[x - fewest] * ratio(static_cast<double>(x));
  for (auto x = mode; x > fewest; --x)
    weights[x - 1 - fewest] = weights[x - fewest] / ratio(static_cast<double>(x - 1));
}

}  // namespace vcohort::analysis
