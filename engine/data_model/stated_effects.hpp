#pragma once
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

/// What designers say of an arm, as the numbers that a data model has.
namespace vcohort {

/// The hazard with which `survival`, between 0 and 1, are without the event after `months`: -log(survival) /
/// months^shape [1/month^shape].
double hazard_by_survival(double survival, double months, double shape);

/// -log(1 - share) / 12 [1/month]: the hazard that loses this share in a year.
double hazard_by_yearly_share(double share);

/// The arm whose hazard is that of the reference times a ratio, which holds from `from_months` (ascending from 0) on.
/// It has the shape of the reference, and a piece wherever one of the two has one.
void multiply_hazard(const DataModel::DataArm& reference, std::span<const double> ratio,
                     std::span<const double> from_months, DataModel::DataArm& arm);

/// The model in which every arm's effect against the reference is multiplied: differences of means and of shares, and
/// logarithms of ratios of hazards, piece by piece, and rates; of several endpoints in each. The baseline stays; so do
/// arms whose times have another shape than the reference's.
DataModel with_effects_times(const DataModel&, int reference, double factor);

/// odds p' = ratio * odds p. Exact at 0 and 1.
double share_by_odds_ratio(double share, double odds_ratio);

/// Of ordered categories, whose odds of being above each cut are multiplied by the ratio.
std::vector<double> categories_by_odds_ratio(std::span<const double> shares, double odds_ratio);

}  // namespace vcohort
