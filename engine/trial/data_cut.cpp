#include "engine/trial/data_cut.hpp"

#include <algorithm>

#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

DataCut cut_on(double months, const TrialData& data, std::size_t patients) {
  const auto first = data.randomised_months.begin(), end = first + static_cast<std::ptrdiff_t>(patients);
  return {static_cast<std::size_t>(std::upper_bound(first, end, months) - first), months};
}

double day_of_event(std::size_t n, const TrialData& data, std::size_t patients, std::vector<double>& days) {
  days.clear();
  for (std::size_t i = 0; i < patients; ++i)
    if (data.event[data.counted][i]) days.push_back(data.randomised_months[i] + data.observed.time[data.counted][i]);
  if (days.size() < n) return std::numeric_limits<double>::infinity();
  const auto nth = days.begin() + static_cast<std::ptrdiff_t>(n) - 1;
  std::nth_element(days.begin(), nth, days.end());
  return *nth;
}

DataCut final_cut(const FinalAnalysis& final, const TrialData& data, std::size_t patients, std::vector<double>& days) {
  const bool earlier = final.when == FinalAnalysis::When::earlier;
  double day = earlier ? std::numeric_limits<double>::infinity() : 0;
  const auto consider = [&](double asked, double candidate) {
    if (asked > 0) day = earlier ? std::min(day, candidate) : std::max(day, candidate);
  };
  consider(final.months, final.months + same_day);
  consider(final.followed_months, data.randomised_months[patients - 1] + final.followed_months + same_day);
  if (final.events > 0)
    consider(final.events, day_of_event(static_cast<std::size_t>(final.events), data, patients, days));
  return day < std::numeric_limits<double>::infinity() ? cut_on(day, data, patients) : DataCut{patients};
}

}  // namespace vcohort
