#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Of 2 : 1 it is 3.
inline int sum_of_ratios(std::span<const Arm> arms) {
  int ratios = 0;
  for (const Arm& arm : arms) ratios += arm.ratio;
  return ratios;
}

/// What units are randomised to: the arms; in a stepped wedge the groups of clusters, one as large as the other.
inline std::vector<Arm> randomised_to(const TrialQuestion& trial) {
  if (!trial.design || trial.design->kind != UnitDesign::Kind::stepped_wedge) return trial.arms;
  return std::vector<Arm>(static_cast<std::size_t>(trial.design->groups));
}

inline int sum_of_ratios(const TrialQuestion& trial) {
  const std::vector<Arm> arms = randomised_to(trial);
  return sum_of_ratios(std::span<const Arm>(arms));
}

}  // namespace vcohort
