#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "io/study/evidence_reader.hpp"
#include "io/study/problems.hpp"
#include "io/study/toml_document.hpp"

/// What an evidence file means that holds only what differs from its base.
namespace vcohort {

/// The file that the document is based on; nothing where it is complete in itself. `chain` has the files that are based
/// on one another so far, the document's own last.
///
/// Errors: one InvalidInput where there is no such evidence, or where a file is based on itself.
std::optional<EvidenceFile> base_of(const TomlValue& document, const FindBase& find_base,
                                    const std::vector<std::string>& chain, Problems& problems);

/// The parameter in place of the one that has its name, or beside the others.
void put(Parameter parameter, Evidence& evidence);

/// Amounts that an overlay keeps are those of its base's currency and prices: it may not give them others.
void check_amounts(const TomlValue& document, const Evidence& base, const Evidence& evidence, Problems& problems);

/// Adds what the `[[remark]]` tables of an overlay say to the parameters that they name.
void read_remarks(const TomlValue& document, Evidence& evidence, Problems& problems);

/// Whether a name fits a pattern, whose stars stand for one part of a name each: "onset.*", "severity.*.III".
bool fits(std::string_view pattern, std::string_view name);

}  // namespace vcohort
