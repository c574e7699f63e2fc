#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the codes stand for by which evidence names its sources, scenarios/sources/literature.toml, and what versions
/// of the evidence changed beside values, scenarios/sources/changes.toml.
namespace vcohort {

struct LiteratureEntry {
  std::string code;  // "A7", "B12"
  std::string text;  // author, year, journal and identifiers as they were seen, and what was not seen
};

/// All of them, in the order of the file.
std::vector<LiteratureEntry> literature();

/// The codes that a text names, each once, in the order of the text: "means (A7, B12); A7" has A7 and B12. A code is A
/// or B and up to three digits that stand alone.
std::vector<std::string> codes_in(std::string_view text);

/// The entries of some codes, in the order of the literature. Codes without an entry are left out.
std::vector<LiteratureEntry> entries_of(std::span<const std::string> codes);

/// A law, or a correlation, that a version of the evidence changed.
struct LawChange {
  std::string until;  // date of that version, YYYY-MM-DD
  std::string was, why;
};

/// What was changed of a parameter beside its value, in the order of the file.
std::vector<LawChange> law_changes_of(std::string_view parameter);

}  // namespace vcohort
