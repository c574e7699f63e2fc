#pragma once
#include "engine/run/plan.hpp"
#include "io/cli/exit_status.hpp"
#include "io/cli/load_study.hpp"
#include "io/results/part.hpp"
#include "io/results/publish.hpp"

namespace vcohort {

/// A result, and which of its questions stayed less precise than asked.
struct Delivery {
  ResultContent result;
  std::vector<std::string> shortfalls;
};

/// The result of a complete set of parts: their sums turned into the tables of every question. StorageFailure where
/// blocks are missing.
Delivery deliver(const LoadedStudy&, const Plan&, CombinedParts);

/// Names the shortfalls; the status of a missed target where there are any.
ExitStatus report_shortfalls(const std::vector<std::string>& shortfalls);

/// The tally of a question among those of parts.
const Tally& tally_of(const Question&, const std::vector<NamedTally>&);

/// "/runtime": who computed this, when and with what. The only content that may differ between two runs of a study.
Table runtime_table(int threads, double seconds, double patients = 0, double bytes_written = 0);

}  // namespace vcohort
