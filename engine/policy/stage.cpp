#include "engine/policy/stage.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vcohort {

void StageSequence::add(std::unique_ptr<PolicyStage> stage) {
  const std::int64_t first_block = blocks();
  const std::int64_t end_block = first_block + stage->blocks();
  const std::size_t counts = stage->counts();
  const std::size_t sums = stage->sums();
  places_.push_back({std::move(stage), first_block, end_block, counts_, sums_});
  counts_ += counts;
  sums_ += sums;
}

const StageSequence::Place& StageSequence::place_of(std::int64_t block) const {
  return *std::upper_bound(places_.begin(), places_.end(), block,
                           [](std::int64_t wanted, const Place& place) { return wanted < place.end_block; });
}

std::int64_t StageSequence::patients_in(std::int64_t block) const {
  const Place& place = place_of(block);
  return place.stage->patients_in(block - place.first_block);
}

void StageSequence::simulate_block(std::int64_t block, TallyRegion region) const {
  const Place& place = place_of(block);
  place.stage->simulate_block(block - place.first_block,
                              {region.counts.subspan(place.first_count, place.stage->counts()),
                               region.sums.subspan(place.first_sum, place.stage->sums())});
}

std::vector<Table> StageSequence::deliver(TallyView region, const PolicyOutcome& outcome) const {
  std::vector<Table> tables;
  for (const Place& place : places_) {
    std::vector<Table> own = place.stage->deliver({region.counts.subspan(place.first_count, place.stage->counts()),
                                                   region.sums.subspan(place.first_sum, place.stage->sums())},
                                                  outcome);
    tables.insert(tables.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  return tables;
}

}  // namespace vcohort
