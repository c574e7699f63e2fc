#pragma once
#include <filesystem>

#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/run_arguments.hpp"

namespace vcohort {

/// What the run would do, without doing it: how much of what, memory and disk.
void print_dry_run(const LoadedStudy&, const Plan&, const std::filesystem::path& output, int threads,
                   const RunArguments&);

}  // namespace vcohort
