#pragma once
#include <optional>

#include "engine/study/trial_design.hpp"
#include "engine/trial/dropout.hpp"

namespace vcohort {

/// What a patient of an arm of counts says of its log rate: the mean of mu t / (1 + k mu t) over the exposures t that
/// drop-out leaves, rate mu, dispersion k. `place`: of the arm in the trial.
double count_information(const DataModel::DataArm&, double follow_up_months, const std::optional<DropoutModel>&,
                         std::size_t place);

}  // namespace vcohort
