#pragma once
#include "engine/analysis/fit.hpp"
#include "engine/analysis/mmrm/statistics.hpp"

namespace vcohort::analysis {

/// The mixed model for repeated measures of the dataset's visits (mmrm/mmrm.hpp), compared at one of them. The model is
/// made from the shape of the first dataset and stays in the workspace, where the fit can be looked at. Its failures
/// are those of Failure; a contrast that the data do not identify is a singular_design.
Fit fit_mixed_model;

/// Arm minus reference at a visit of the model that was fitted last.
Estimate contrast_at(Mmrm& model, int visit, int arm, const Inference& = {});

}  // namespace vcohort::analysis
