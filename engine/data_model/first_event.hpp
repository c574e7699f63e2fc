#pragma once
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Gives the composite endpoints among the endpoints of a data model the arms of the first of their events, where these
/// are independent: hazards add up, piece by piece. Correlated events, shapes that differ, and shares that are cured
/// have no such law; composites of them keep no arms.
void state_first_events(std::vector<DataModel>& endpoints,
                        const std::vector<std::vector<double>>& endpoint_correlation);

}  // namespace vcohort
