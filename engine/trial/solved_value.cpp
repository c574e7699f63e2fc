#include "engine/trial/solved_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vcohort {

WithError power_of(const RejectionCounts& counts) {
  return share_of(static_cast<double>(counts.rejections), static_cast<double>(counts.replicates));
}

namespace {

SolvedValue sorted(SolvedValue solved) {
  std::ranges::sort(solved.curve, {}, &SolvedValue::Point::value);
  return solved;
}

}  // namespace

SolvedValue solve_for_power(
    const ValueGoal& goal,
    const std::function<RejectionCounts(double value, std::int64_t from, std::int64_t to)>& count) {
  SolvedValue solved;
  const auto search = [&](double value) {
    solved.curve.push_back({value, count(value, 0, goal.search_replicates)});
    return power_of(solved.curve.back().counts).value - goal.power;
  };
  double low = goal.low, high = goal.high;
  double at_low = search(low), at_high = search(high);
  const bool rises = at_high > at_low;
  if ((at_low < 0) != (at_high < 0)) {
    constexpr double narrow = 1.0 / 256, tiny = 0x1p-40;
    constexpr std::int64_t few = 12;  // replicates
    const auto halve_to = [&](double width, const auto& look) {
      while (high - low > width) {
        const double middle = goal.whole ? std::floor(0.5 * (low + high)) : 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        const double there = look(middle);
        const bool crossing_is_above = (there < 0) == rises;
        (crossing_is_above ? low : high) = middle;
        (crossing_is_above ? at_low : at_high) = there;
      }
    };
    const auto jumps = [&] {
      return std::llround(std::fabs(at_high - at_low) * static_cast<double>(goal.search_replicates)) > few;
    };
    halve_to(goal.whole ? 1 : narrow * (goal.high - goal.low), search);
    if (goal.whole || jumps()) {
      // A power without steps hardly changes over so little, on the same replicates.
      if (!goal.whole)
        halve_to(tiny * (goal.high - goal.low),
                 [&](double value) { return power_of(count(value, 0, goal.search_replicates)).value - goal.power; });
      if (goal.whole || jumps()) {
        solved.found = solved.is_step = true;
        solved.value = at_low >= 0 ? low : high;
        solved.next = at_low >= 0 ? high : low;
        solved.lower = solved.upper = std::numeric_limits<double>::quiet_NaN();
        solved.beyond = std::min(at_low, at_high) + goal.power;
        const RejectionCounts there =
            count(solved.value, goal.search_replicates, goal.search_replicates + goal.replicates);
        solved.power = power_of(there);
        solved.curve.push_back({solved.value, there});
        return sorted(std::move(solved));
      }
    }
    // The slope over an eighth of the range around: over less, replicates that flip are too few.
    const double reach = (goal.high - goal.low) / 16;
    const double below = std::max(goal.low, 0.5 * (low + high) - reach),
                 above = std::min(goal.high, 0.5 * (low + high) + reach);
    const double slope = (search(above) - search(below)) / (above - below);
    constexpr double two_sided = 1.959963984540054;
    if (slope != 0) {
      const double first = 0.5 * (low + high);
      const std::int64_t fresh = goal.search_replicates;
      const WithError power = power_of(count(first, fresh, fresh + goal.replicates));
      const double error = power.mcse / std::fabs(slope);
      solved.found = true;
      solved.value = std::clamp(first - (power.value - goal.power) / slope, goal.low, goal.high);
      solved.lower = solved.value - two_sided * error;
      solved.upper = solved.value + two_sided * error;
      const RejectionCounts there = count(solved.value, fresh + goal.replicates, fresh + 2 * goal.replicates);
      solved.power = power_of(there);
      solved.curve.push_back({solved.value, there});
    }
  }
  return sorted(std::move(solved));
}

}  // namespace vcohort
