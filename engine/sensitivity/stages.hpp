#pragma once
#include <memory>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/policy/stage.hpp"
#include "engine/sensitivity/movable_model.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// The stages that [policy.sensitivity] asks for; none without it. The evidence has what is to be moved.
std::vector<std::unique_ptr<PolicyStage>> sensitivity_stages(const Study&, const Evidence&);

/// The groups of parameters that get Sobol indices: their own, or those of the value of information.
std::vector<EvppiGroup> sobol_groups(Study);

/// The simulation of [policy] as a function of the parameters: increments over the reference in the first patients of
/// replicate 0.
MovableModel movable_model(const Study&, const Evidence&, std::int64_t patients);

}  // namespace vcohort
