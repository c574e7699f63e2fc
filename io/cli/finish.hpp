#pragma once
#include <filesystem>

#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"
#include "io/files/new_file.hpp"
#include "io/results/part.hpp"

namespace vcohort {

/// Turns a complete set of parts into the result: adds up, delivers, publishes. StorageFailure where blocks are
/// missing.
void finish(const LoadedStudy&, const Plan&, CombinedParts, const std::filesystem::path& output, Existing,
            const Table& runtime);

/// The tally of a question among those of parts.
const Tally& tally_of(const Question&, const std::vector<NamedTally>&);

/// "/runtime": who computed this, when and with what. The only content that may differ between two runs of a study.
Table runtime_table(int threads, double seconds, double patients, double bytes_written = 0);

}  // namespace vcohort
