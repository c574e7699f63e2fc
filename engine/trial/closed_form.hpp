#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/trial/look_plan.hpp"
#include "engine/trial/simulator.hpp"

namespace vcohort {

/// What a published formula says of the power that a trial simulates.
struct ClosedForm {
  std::string formula;  // empty: there is none
  std::string source;   // where it is published
  std::string remark;   // what it leaves out; without a formula, why there is none
  double power = 0;     // rounded to six digits, so that it is the same number on every processor
};

/// The formulas for one analysis and contrast of a trial of a planned size, or one entry that says why there is none.
/// For data models with fixed parameters, drop-out that follows no outcome (mixed models: any), and tests of
/// superiority or non-inferiority. Patients are those expected to be analysed, as if their number were fixed. With
/// looks the power is that of recursive integration at the drift at which a trial without looks has the power of the
/// formula; `looks` may be null.
std::vector<ClosedForm> closed_forms(const PreparedTrial&, const LookPlan* looks, std::size_t analysis,
                                     std::size_t contrast, std::int64_t sample_size);

}  // namespace vcohort
