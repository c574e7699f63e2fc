#pragma once
#include <filesystem>
#include <string>

#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/run_arguments.hpp"

namespace vcohort {

/// The result file of a run: as named, or named after the study.
std::filesystem::path output_of(const RunArguments&);

/// What lies under that name.
enum class Output : std::uint8_t { absent, done, smaller, replaceable };

/// With --resume, a result of the same study is done, and one of a smaller study is grown from. StorageFailure where a
/// result is there that may not be replaced.
Output inspect_output(const std::filesystem::path& output, const LoadedStudy&, const Plan&, const RunArguments&);

}  // namespace vcohort
