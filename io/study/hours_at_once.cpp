#include "io/study/hours_at_once.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/study/hours.hpp"

namespace vcohort {

double most_hours_at_once(std::span<const Rehabilitation> blocks) {
  double most = 0;
  for (const HoursFrom& from : hours_over_time(blocks)) most = std::max(most, from.hours);
  return most;
}

void check_hours(const Study& study, const StudyPlaces& places, Problems& problems) {
  std::vector<const std::vector<Rehabilitation>*> of_all{&study.population.rehabilitation};
  if (study.trial && !study.trial->rehabilitation.empty()) of_all.push_back(&study.trial->rehabilitation);
  for (std::size_t index = 0; index < study.strategies.size(); ++index)
    for (const std::vector<Rehabilitation>* everybody : of_all) {
      const double most = most_hours_at_once(together(study.strategies[index].rehabilitation, *everybody));
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
