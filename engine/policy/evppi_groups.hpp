#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// The groups of parameters whose value of information a study asks for: its own, or one for each kind of parameter
/// that its strategies depend on. Names in full; the same whatever the evidence, so that scenarios share their columns.
std::vector<EvppiGroup> evppi_groups(const Study&);

/// The parameters of a group that carry information under this evidence: uncertain ones, and one only of those that
/// share a draw. Prices carry none.
std::vector<std::string> informative(const EvppiGroup&, const Evidence&);

}  // namespace vcohort
