#pragma once
#include <cstddef>
#include <limits>

namespace vcohort {

/// What was known of a trial on a day: the patients who were enrolled, the visits that were due, the events that had
/// happened.
struct DataCut {
  std::size_t enrolled = 0;                                 // the first of them, in the order of randomisation
  double months = std::numeric_limits<double>::infinity();  // since the first day of accrual; infinity: everything
};

}  // namespace vcohort
