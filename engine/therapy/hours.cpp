#include "engine/therapy/hours.hpp"

#include <algorithm>

#include "engine/numeric/elementary.hpp"
#include "engine/study/size.hpp"

namespace vcohort {

namespace {

constexpr double days_per_week = 7;

double months_of_weeks(double weeks) {
  return weeks * days_per_week / days_per_month;
}

}  // namespace

std::vector<HoursAbove> hours_above_usual(std::span<const Rehabilitation> given, double usual_hours,
                                          double until_months) {
  std::vector<HoursAbove> blocks;
  for (const Rehabilitation& rehabilitation : given)
    for (int k = 0; k < rehabilitation.repeat; ++k) {
      const double start = rehabilitation.start_months + k * months_of_weeks(rehabilitation.every_weeks);
      if (start >= until_months) break;
      const double end = rehabilitation.weeks ? start + months_of_weeks(*rehabilitation.weeks) : until_months;
      blocks.push_back({start, std::min(end, until_months), rehabilitation.hours_per_week, start});
    }
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const HoursAbove& a, const HoursAbove& b) { return a.from_months < b.from_months; });
  std::vector<HoursAbove> pieces;
  double reach = -1;  // until when earlier blocks have taken the place of usual care
  for (const HoursAbove& block : blocks) {
    const double alone_from = std::max(block.from_months, reach);
    if (alone_from >= block.to_months) {
      pieces.push_back(block);
      continue;
    }
    if (alone_from > block.from_months)
      pieces.push_back({block.from_months, alone_from, block.hours_per_week, block.start_months});
    pieces.push_back({alone_from, block.to_months, block.hours_per_week - usual_hours, block.start_months});
    reach = block.to_months;
  }
  std::erase_if(pieces, [](const HoursAbove& piece) { return piece.hours_per_week == 0; });
  return pieces;
}

double effective_months(const HoursAbove& piece, double months, double waning_months) {
  if (months <= piece.from_months) return 0;
  const double end = std::min(months, piece.to_months);
  return waning_months * exp_of(-(months - end) / waning_months) *
         (1 - exp_of(-(end - piece.from_months) / waning_months));
}

}  // namespace vcohort
