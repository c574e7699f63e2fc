#pragma once
#include <string>
#include <vector>

#include "engine/study/study.hpp"

/// Strata that are reported without being asked for: the children who may have a strategy that is not for everybody.
namespace vcohort {

/// The stratifications of the study, then one for each eligibility of its strategies, of a single stratum. A study that
/// lists none and has an eligibility gets one without dimensions first, whose leaf is all children.
std::vector<Stratification> reported_stratifications(const Study&);

/// The name of an eligibility's stratification, which is that of its stratum: "eligible for rhizotomy", or of several
/// strategies for the same children "eligible for rhizotomy, rhizotomy and therapy".
std::string eligible_name(const Study&, const StrategyEligibility&);

/// Which strategies are not for everybody.
std::vector<std::size_t> strategies_with_eligibility(const Study&);

}  // namespace vcohort
