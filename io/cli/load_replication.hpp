#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/replication/figure.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// A published study: its figures, and the study that simulates it, if the model can.
struct Replicated {
  std::string name;
  std::optional<LoadedStudy> study;
  PublishedStudy published;
};

/// The names of the replications that ship, in alphabetical order.
std::vector<std::string> shipped_replications();

/// The setting that puts a stance, or an evidence file named relative to here, in place of that of a study; none for an
/// empty name.
std::vector<std::string> evidence_setting(const std::string& evidence);

/// A replication that ships, by its name, or a study file NAME.toml with its figures in NAME.figures.toml beside it.
/// `settings` replace values of the study as in `--set`. Errors: InvalidInput, StorageFailure.
Replicated load_replication(const std::string& name, const std::vector<std::string>& settings);

}  // namespace vcohort
