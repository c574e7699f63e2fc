#pragma once
#include <optional>

#include "engine/study/effect_scale.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The effect that a data model implies, arm minus reference at a visit, in closed form; nothing where there is none (a
/// hazard ratio that changes over time, odds that are not proportional, differing correlations of changes for
/// superiority_share). `change`: of the change since visit 0 in place of the value. `shift` is added to the means of a
/// normal arm after baseline.
std::optional<double> implied_effect(const DataModel&, int arm, int reference, std::size_t visit, EffectScale,
                                     bool change, double shift = 0);

}  // namespace vcohort
