#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/replication/assessment.hpp"
#include "engine/replication/replication.hpp"
#include "io/cli/load_replication.hpp"
#include "io/replication/replication_table.hpp"

namespace vcohort {

/// Published studies, each held against the model under its stances. What was assessed refers to the studies.
struct AssessedReplications {
  std::vector<std::unique_ptr<Replicated>> studies;
  std::vector<AssessedStudy> assessed;
};

/// Of all names, or of all that ship where none is given; under the evidence of that name instead of their own where
/// it is not empty. On so many threads, 0 for the default.
AssessedReplications assess_replications(const std::vector<std::string>& names, const std::string& evidence,
                                         const ReplicationOptions&, int threads);

}  // namespace vcohort
