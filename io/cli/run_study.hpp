#pragma once
#include "io/cli/exit_status.hpp"
#include "io/cli/workplace.hpp"

namespace vcohort {

/// `vcohort run`. Throws what stands in its way; the workplace turns it into a message and a status.
ExitStatus run_study(const RunArguments&, Workplace&);

}  // namespace vcohort
