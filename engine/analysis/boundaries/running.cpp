#include "engine/analysis/boundaries/running.hpp"

#include <cmath>

namespace vcohort::boundaries {

namespace {

/// The planned interim look that is nearest in information.
std::size_t nearest(const std::vector<double>& planned, double information) {
  std::size_t best = 0;
  for (std::size_t k = 1; k + 1 < planned.size(); ++k)
    if (std::fabs(planned[k] - information) < std::fabs(planned[best] - information)) best = k;
  return best;
}

Schedule schedule_of(const Looks& looks) {
  Schedule schedule;
  bool ended = false;
  for (const Looks::Observed& look : looks.observed) {
    ended = look.final || look.information >= 1;
    schedule.information.push_back(look.information);
    schedule.planned.push_back(ended ? looks.information.size() - 1 : nearest(looks.information, look.information));
  }
  schedule.rest = !ended || looks.last_spends == Looks::LastSpends::rest;
  if (ended) return schedule;
  const double last = schedule.information.empty() ? 0 : schedule.information.back();
  for (std::size_t k = 0; k < looks.information.size(); ++k) {
    const bool end = k + 1 == looks.information.size();
    if (looks.information[k] < last + smallest_gain && !end) continue;
    schedule.information.push_back(looks.information[k]);
    schedule.planned.push_back(k);
  }
  return schedule;
}

}  // namespace

Running running(const Design& design, const Calibrated& planned) {
  Design spending = design;
  if (!design.looks.efficacy.spending.kind) {
    spending.looks.efficacy.boundary.reset();
    spending.looks.efficacy.spending = {.kind = Spending::Kind::table, .table = planned.bounds.alpha_spent};
  }
  Running found;
  found.bounds = bounds_at(spending, schedule_of(design.looks), planned.drift);
  found.seen = design.looks.observed.size();
  for (std::size_t k = 0; k < found.seen; ++k) {
    found.decisions.push_back(decide(found.bounds, k, design.looks.observed[k].z));
    if (!found.stop && found.decisions.back() != Decision::go_on) found.stop = k;
  }
  return found;
}

}  // namespace vcohort::boundaries
