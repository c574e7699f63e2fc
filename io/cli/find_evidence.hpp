#pragma once
#include <optional>
#include <string>

#include "io/study/evidence_reader.hpp"

namespace vcohort {

/// An evidence as the file `named_in` names it: a stance that ships, else a file, relative to that one. Nothing where
/// there is neither. Errors: StorageFailure.
std::optional<EvidenceFile> find_evidence(const std::string& evidence, const std::string& named_in);

}  // namespace vcohort
