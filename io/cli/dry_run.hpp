#pragma once
#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/workplace.hpp"

namespace vcohort {

/// What the run would do, without doing it: how much of what, memory and disk.
ExitStatus print_dry_run(const LoadedStudy&, const Plan&, const RunArguments&, const Workplace&);

}  // namespace vcohort
