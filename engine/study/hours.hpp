#pragma once
#include <span>
#include <vector>

#include "engine/study/beside_cells.hpp"

/// How many hours a week of therapy blocks come to over time.
namespace vcohort {

/// From a week on, until the next one.
struct HoursFrom {
  double hours = 0;         // of all blocks that are active
  std::int64_t blocks = 0;  // that are; none: the hours of usual care
};

/// At every change, in order: starts and ends of blocks within a billionth of a week are one change, as one block may
/// end where the next begins.
std::vector<HoursFrom> hours_over_time(std::span<const Rehabilitation> blocks);

/// The blocks of a strategy and those that all children receive.
std::vector<Rehabilitation> together(std::span<const Rehabilitation> own, std::span<const Rehabilitation> of_all);

}  // namespace vcohort
