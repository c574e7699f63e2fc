#pragma once
#include <string>
#include <string_view>

#include "engine/evidence/evidence.hpp"
#include "io/study/key_spec.hpp"

namespace vcohort {

/// Evidence that was read, complete and checked.
struct EvidenceReading {
  Evidence evidence;
  std::string resolved;  // canonical TOML text of `evidence`
};

/// Reads an evidence file (TOML, UTF-8): as strict as a study. Every parameter of the model is there once, with a unit,
/// a value in its range, a source and its strength.
///
/// Errors: one InvalidInput with all problems, each `file:line:column: problem (why) what to do`.
EvidenceReading read_evidence(std::string_view bytes, const std::string& file_name);

/// The canonical text of evidence: parameters by id, every number in its shortest form. Equal evidence, equal text.
std::string write_evidence(const Evidence& evidence);

extern const SectionSpec evidence_section;
extern const SectionSpec parameter_section;
extern const SectionSpec uncertainty_section;
extern const SectionSpec joint_section;

}  // namespace vcohort
