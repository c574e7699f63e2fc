#pragma once
#include <utility>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort::test {

/// An arm whose outcome is a time to an event, by its hazards.
inline DataModel::DataArm arm_of(std::vector<double> hazard, std::vector<double> from = {0}, double shape = 1,
                                 double cured = 0) {
  DataModel::DataArm arm;
  arm.hazard = std::move(hazard);
  arm.hazard_from_months = std::move(from);
  arm.shape = shape;
  arm.cured = cured;
  return arm;
}

}  // namespace vcohort::test
