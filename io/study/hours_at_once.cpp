#include "io/study/hours_at_once.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/study/size.hpp"

namespace vcohort {

double most_hours_at_once(std::span<const Rehabilitation> blocks) {
  constexpr double days_per_week = 7;
  constexpr double rounding = 1e-9;                // weeks: one block may end where the next begins
  std::vector<std::pair<double, double>> changes;  // week, hours more or less
  for (const Rehabilitation& block : blocks)
    for (int k = 0; k < block.repeat; ++k) {
      const double start = block.start_months * days_per_month / days_per_week + k * block.every_weeks;
      changes.emplace_back(start, block.hours_per_week);
      if (block.weeks) changes.emplace_back(start + *block.weeks - rounding, -block.hours_per_week);
    }
  std::sort(changes.begin(), changes.end());
  double now = 0, most = 0;
  for (const auto& [week, hours] : changes) most = std::max(most, now += hours);
  return most;
}

void check_hours(const Study& study, const StudyPlaces& places, Problems& problems) {
  std::vector<const std::vector<Rehabilitation>*> of_all{&study.population.rehabilitation};
  if (study.trial && !study.trial->rehabilitation.empty()) of_all.push_back(&study.trial->rehabilitation);
  for (std::size_t index = 0; index < study.strategies.size(); ++index)
    for (const std::vector<Rehabilitation>* everybody : of_all) {
      std::vector<Rehabilitation> blocks = study.strategies[index].rehabilitation;
      blocks.insert(blocks.end(), everybody->begin(), everybody->end());
      const double most = most_hours_at_once(blocks);
      if (most <= hours_awake) continue;
      problems.add(places.strategies.at(index).dose,
                   fmt::format("{} comes to {:g} hours of therapy a week", quoted(study.strategies[index].name), most),
                   fmt::format("blocks at the same time add up, those of all children too; a child that sleeps ten "
                               "hours a night is awake for {:g}",
                               hours_awake),
                   "shorten the blocks, or let them follow each other");
      break;
    }
}

}  // namespace vcohort
