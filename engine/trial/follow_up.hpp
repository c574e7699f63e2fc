#pragma once
#include <vector>

#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// Turns the times to events of a trial, as its patients would have them, into what is seen: up to drop-out and the end
/// of follow-up of the endpoint, and up to an event that ends the follow-up of the others (`Protocol::ends_follow_up`),
/// but for composites of it. Values of visits after such an event are missing. Shape of `ended`, working memory:
/// [patient].
void follow_up(const Protocol&, TrialData&, std::vector<double>& ended);

}  // namespace vcohort
