#pragma once
#include <vector>

#include "engine/run/plan.hpp"

namespace vcohort {

/// Simulates all blocks of a plan and returns the tables that its questions deliver, rows included; nothing is stored.
/// The same bits as a run that goes through a file. `threads` 0: all that the process may use.
std::vector<Table> run_in_memory(const Plan&, int threads);

}  // namespace vcohort
