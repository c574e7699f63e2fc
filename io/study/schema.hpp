#pragma once
#include <string>

#include "io/study/key_spec.hpp"

namespace vcohort {

/// The keys of study and evidence files, table by table, as Markdown: what `vcohort schema` prints and
/// docs/study-file.md contains. It is made from the declarations that the readers work by.
std::string schema_text();

/// The keys of one table, likewise.
std::string schema_text(const SectionSpec&);

}  // namespace vcohort
