#include "engine/study/hours.hpp"

#include <algorithm>

#include "engine/study/size.hpp"

namespace vcohort {

std::vector<HoursFrom> hours_over_time(std::span<const Rehabilitation> blocks) {
  constexpr double days_per_week = 7, rounding = 1e-9;  // weeks
  struct Change {
    double week;
    std::size_t block;
    int more;
  };
  std::vector<Change> changes;
  for (std::size_t b = 0; b < blocks.size(); ++b)
    for (int k = 0; k < blocks[b].repeat; ++k) {
      const Rehabilitation& block = blocks[b];
      const double start = block.start_months * days_per_month / days_per_week + k * block.every_weeks;
      changes.push_back({start, b, 1});
      if (block.weeks) changes.push_back({start + *block.weeks, b, -1});
    }
  std::ranges::sort(changes, {}, &Change::week);
  std::vector<HoursFrom> found;
  std::vector<int> active(blocks.size());
  for (std::size_t next = 0; next < changes.size();) {
    const double until = changes[next].week + rounding;
    for (; next < changes.size() && changes[next].week <= until; ++next)
      active[changes[next].block] += changes[next].more;
    HoursFrom& now = found.emplace_back();
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      now.hours += active[b] * blocks[b].hours_per_week;
      now.blocks += active[b];
    }
  }
  return found;
}

std::vector<Rehabilitation> together(std::span<const Rehabilitation> own, std::span<const Rehabilitation> of_all) {
  std::vector<Rehabilitation> blocks(own.begin(), own.end());
  blocks.insert(blocks.end(), of_all.begin(), of_all.end());
  return blocks;
}

}  // namespace vcohort
