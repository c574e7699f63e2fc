#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

struct TrialData;

/// What was known of a trial on a day: the patients who were enrolled, the visits that were due, the events that had
/// happened.
struct DataCut {
  std::size_t enrolled = 0;                                 // the first of them, in the order of randomisation
  double months = std::numeric_limits<double>::infinity();  // since the first day of accrual; infinity: everything
};

/// Who comes, or is seen, on the day of a cut counts, whatever rounding makes of it [months].
inline constexpr double same_day = 1e-9;

/// The cut on a day of a trial of so many patients; who comes on that day is enrolled.
DataCut cut_on(double months, const TrialData&, std::size_t patients);

/// The day of the n-th event of these patients; infinity where there are fewer. `days` is working memory, which then
/// holds the days of all events.
double day_of_event(std::size_t n, const TrialData&, std::size_t patients, std::vector<double>& days);

/// When the trial is analysed that has no looks.
DataCut final_cut(const FinalAnalysis&, const TrialData&, std::size_t patients, std::vector<double>& days);

}  // namespace vcohort
