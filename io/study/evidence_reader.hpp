#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/evidence/evidence.hpp"
#include "io/study/key_spec.hpp"

namespace vcohort {

/// Evidence that was read, complete and checked.
struct EvidenceReading {
  Evidence evidence;
  std::string resolved;  // canonical TOML text of `evidence`
  bool overlay = false;  // the file holds only what differs from another one
};

/// An evidence file as it was found: its bytes, and what messages call it.
struct EvidenceFile {
  std::string text;
  std::string name;
};

/// Finds what `base = BASE` means in the file of that name; nothing where there is no such evidence.
using FindBase = std::function<std::optional<EvidenceFile>(const std::string& base, const std::string& file_name)>;

/// The stances that ship, and nothing else.
std::optional<EvidenceFile> shipped_base(const std::string& base, const std::string& file_name);

/// Reads an evidence file (TOML, UTF-8): as strict as a study. Every parameter of the model is there once, with a unit,
/// a value in its range, a source and its strength. An overlay, a file with a `base`, holds only what differs: each of
/// its parameters replaces that of the base as a whole, its joint priors replace those of the base, and remarks add to
/// the sources of what it keeps. What is read is complete in itself, and so is its resolved text.
///
/// Errors: one InvalidInput with all problems, each `file:line:column: problem (why) what to do`; of a base, in that
/// file's own name.
EvidenceReading read_evidence(std::string_view bytes, const std::string& file_name,
                              const FindBase& find_base = shipped_base);

/// The canonical text of evidence: parameters by id, every number in its shortest form. Equal evidence, equal text.
std::string write_evidence(const Evidence& evidence);

extern const SectionSpec evidence_section;
extern const SectionSpec parameter_section;
extern const SectionSpec uncertainty_section;
extern const SectionSpec joint_section;
extern const SectionSpec remark_section;
extern const SectionSpec revision_section;
extern const SectionSpec procedure_section;

}  // namespace vcohort
