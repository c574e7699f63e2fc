#pragma once
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Patients of an arm whose times to an event have one law.
struct MixedLaw {
  double share = 1;
  DataModel::DataArm arm;
};

/// The laws of an arm of times to an event over its covariates, whose mixture all its patients follow: with conditional
/// numbers one for every node of mean_over(), else the arm as it is stated, which then speaks of all patients.
std::vector<MixedLaw> laws_of(const DataModel&, std::size_t arm);

}  // namespace vcohort
