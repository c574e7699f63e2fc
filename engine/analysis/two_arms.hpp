#pragma once
#include <span>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/workspace.hpp"

namespace vcohort::analysis {

/// The observed outcomes of the two arms of a contrast, in the order of the patients. Views into a workspace.
struct TwoArms {
  std::span<double> reference;
  std::span<double> active;
};

/// Gathers the outcomes of the arms 0 and `arm` where they are not missing, into slots `slot` and `slot + 1`.
TwoArms gather_two_arms(const Dataset& data, int arm, Workspace& workspace, std::size_t slot = 0);

}  // namespace vcohort::analysis
