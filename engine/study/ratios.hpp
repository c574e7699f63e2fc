#pragma once
#include <span>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Of 2 : 1 it is 3.
inline int sum_of_ratios(std::span<const Arm> arms) {
  int ratios = 0;
  for (const Arm& arm : arms) ratios += arm.ratio;
  return ratios;
}

}  // namespace vcohort
