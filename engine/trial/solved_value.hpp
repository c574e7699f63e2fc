#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

/// A value of the study - an effect, a margin, an SD - that gives a trial of fixed size its power.
struct ValueGoal {
  double power = 0.9;
  double low = 0, high = 1;                 // between which it is looked for; the power is monotone there
  bool whole = false;                       // the value is a whole number, and so are low and high
  std::int64_t search_replicates = 10'000;  // at each value of the search
  std::int64_t replicates = 50'000;         // that correct what was found, and again as many that confirm it
};

struct SolvedValue {
  bool found = false;
  double value = 0, lower = 0, upper = 0;  // with a 95 % interval: of the crossing, as far as replicates tell
  WithError power = {0, 0};                // there, on fresh replicates
  bool is_step = false;  // the power jumps over the goal there, as that of a discrete test does: no interval
  double next = 0;       // then: the value on the other side, and
  double beyond = 0;     // the power there, on the replicates of the search
  struct Point {
    double value = 0;
    RejectionCounts counts;
  };
  std::vector<Point> curve;  // ascending
};

/// The share of replicates that reject, failed fits among those that do not.
WithError power_of(const RejectionCounts&);

/// The value at which the power crosses the goal. The search sees the same replicates at every value, so that power is
/// as monotone as the trial itself; one step of Newton on fresh replicates then takes out what they had of luck. Of
/// whole numbers the answer is the last that reaches the goal, with the next one, which misses it, beside it.
SolvedValue solve_for_power(const ValueGoal&,
                            const std::function<RejectionCounts(double value, std::int64_t from, std::int64_t to)>&);

}  // namespace vcohort
