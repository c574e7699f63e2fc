#include "engine/trial/follow_up.hpp"

#include <algorithm>
#include <limits>

namespace vcohort {

namespace {

void see_until_exit(const Protocol& protocol, std::size_t slot, TrialData& data) {
  std::vector<double>& time = data.observed.time[slot];
  std::vector<std::uint8_t>& event = data.event[slot];
  event.resize(time.size());
  for (std::size_t i = 0; i < time.size(); ++i) {
    const double until = std::min(data.exit_months[i], protocol.follow_up[slot]);
    event[i] = time[i] <= until;
    time[i] = std::min(time[i], until);
  }
}

/// Of each patient the first event of another slot that ends the follow-up of this one.
void take_ends(const Protocol& protocol, std::size_t slot, const TrialData& data, std::vector<double>& ended) {
  ended.assign(data.exit_months.size(), std::numeric_limits<double>::infinity());
  for (std::size_t ending = 0; ending < protocol.endpoints.size(); ++ending) {
    if (!protocol.ends(ending, slot)) continue;
    for (std::size_t i = 0; i < ended.size(); ++i)
      if (data.event[ending][i]) ended[i] = std::min(ended[i], data.observed.time[ending][i]);
  }
}

void end_times(std::size_t slot, const std::vector<double>& ended, TrialData& data) {
  std::vector<double>& time = data.observed.time[slot];
  data.competed[slot].assign(time.size(), 0);
  for (std::size_t i = 0; i < time.size(); ++i) {
    // A drop-out or the end of follow-up on the very day of the other event is that event.
    if (time[i] < ended[i] || (time[i] == ended[i] && data.event[slot][i])) continue;
    data.competed[slot][i] = ended[i] < std::numeric_limits<double>::infinity();
    data.event[slot][i] = 0;
    time[i] = ended[i];
  }
}

void end_visits(const Protocol& protocol, std::size_t slot, const std::vector<double>& ended, TrialData& data) {
  const std::size_t visits = protocol.visits_months.size();
  for (std::size_t v = 0; v < visits; ++v) {
    std::vector<double>& values = data.observed.values[slot * visits + v];
    for (std::size_t i = 0; i < ended.size(); ++i)
      if (protocol.visits_months[v] > ended[i]) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

void follow_up(const Protocol& protocol, TrialData& data, std::vector<double>& ended) {
  const std::size_t slots = protocol.endpoints.size();
  data.event.resize(slots);
  data.competed.resize(slots);
  for (std::size_t slot = 0; slot < slots; ++slot)
    if (protocol.kind[slot] == OutcomeKind::survival) see_until_exit(protocol, slot, data);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (!protocol.ended_by_others(slot)) continue;
    take_ends(protocol, slot, data, ended);
    if (protocol.kind[slot] == OutcomeKind::survival) end_times(slot, ended, data);
    if (protocol.by_visit(slot)) end_visits(protocol, slot, ended, data);
  }
}

}  // namespace vcohort
