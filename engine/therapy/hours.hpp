#pragma once
#include <span>
#include <vector>

#include "engine/study/beside_cells.hpp"

namespace vcohort {

/// Therapy above usual care that does not change for a while.
struct HoursAbove {
  double from_months = 0, to_months = 0;  // since baseline
  double hours_per_week = 0;              // above usual care; negative where it takes usual care's place with less
  double start_months = 0;                // of its block: the child's age there decides how much it gains
};

/// The hours above usual care until `until_months`. Blocks that are active at the same time add up, and usual care,
/// which they take the place of, is taken off once: from the block that began first, of those that began together from
/// the first one listed. Empty where all is usual care.
std::vector<HoursAbove> hours_above_usual(std::span<const Rehabilitation>, double usual_hours, double until_months);

/// integral over u < t, within the piece, of exp(-(t - u) / waning) du [months].
double effective_months(const HoursAbove&, double months, double waning_months);

}  // namespace vcohort
