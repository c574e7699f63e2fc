#include "engine/analysis/two_arms.hpp"

namespace vcohort::analysis {

TwoArms gather_two_arms(const Dataset& data, int arm, Workspace& workspace, std::size_t slot) {
  const auto patients = data.arm.size();
  // One more than needed, because the loop stores before it knows whether the patient counts: no branch to mispredict.
  auto reference = workspace.reals(slot, patients + 1);
  auto active = workspace.reals(slot + 1, patients + 1);
  std::size_t n_reference = 0, n_active = 0;
  for (std::size_t i = 0; i < patients; ++i) {
    const double value = data.outcome[i];
    const bool observed = value == value;
    reference[n_reference] = value;
    active[n_active] = value;
    n_reference += static_cast<std::size_t>(observed & (data.arm[i] == 0));
    n_active += static_cast<std::size_t>(observed & (data.arm[i] == arm));
  }
  return {reference.first(n_reference), active.first(n_active)};
}

}  // namespace vcohort::analysis
