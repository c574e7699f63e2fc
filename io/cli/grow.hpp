#pragma once
#include <filesystem>
#include <string>

#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// Growing is resuming: the address of a draw does not depend on the size of a study, so that the blocks of a smaller
/// result are blocks of the larger one. What may differ is population.size and trial.replicates, and both only upwards.

/// Why the result cannot grow to the study, as a sentence with its remedy; empty where it can. A last block that was
/// not full cannot be told apart from the others in a tally: a question grows from a multiple of its block, or stays as
/// it is.
std::string obstacle_to_growth(const FileHeader& result, const LoadedStudy&, const Plan&);

/// Writes the blocks of a result into the folder as parts of the larger study, one for each question under each
/// scenario, unless they are there already. A run with --resume then does the rest. StorageFailure where the result
/// cannot grow to the study.
void grow_from(const std::filesystem::path& result, const LoadedStudy&, const Plan&,
               const std::filesystem::path& folder);

}  // namespace vcohort
