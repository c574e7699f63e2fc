#pragma once
#include "io/cli/exit_status.hpp"
#include "io/cli/run_arguments.hpp"

namespace vcohort {

/// What `vcohort run` does: load, plan, simulate what is missing, publish parts, and make the result of them; or, for a
/// shard, only publish its parts.
ExitStatus run_study(const RunArguments&);

}  // namespace vcohort
