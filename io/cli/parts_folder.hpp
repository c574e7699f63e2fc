#pragma once
#include <filesystem>
#include <vector>

#include "engine/run/run.hpp"
#include "io/results/part.hpp"

/// OUT.parts/, where runs of one output leave finished blocks for each other: a run that goes on, shards of a job
/// array, ranks.
namespace vcohort {

/// OUT.parts for OUT.
std::filesystem::path parts_folder(const std::filesystem::path& output);

std::vector<std::string> paths_of(const std::vector<PartName>&);

/// What a run that goes on finds of the blocks that it was asked for.
struct FoundBlocks {
  std::vector<PartName> parts;     // whole and disjoint, first block first; they may reach beyond what was asked for
  std::vector<BlockSpan> missing;  // what is left to do, ascending
};

/// Looks at every part that holds one of the `wanted` blocks of a study. A damaged part is set aside as NAME.damaged,
/// and of two parts that overlap the smaller one as NAME.overlapping, each with a notice: their blocks are missing
/// then. Nothing is deleted. StorageFailure where a part belongs to another study, seed, evidence or program.
FoundBlocks take_up(const std::filesystem::path& folder, const FileHeader& study, BlockSpan wanted);

/// Deletes the parts that hold one of the `wanted` blocks.
void begin_again(const std::filesystem::path& folder, BlockSpan wanted);

/// The parts that hold one of the `wanted` blocks, by their names.
std::vector<PartName> parts_with(const std::filesystem::path& folder, BlockSpan wanted);

}  // namespace vcohort
