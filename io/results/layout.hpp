#pragma once
#include <string>

namespace vcohort {

class ResultFile;

/// The layout of a file in Markdown, from the file itself: a heading for each group with its sentence, and an entry
/// `name (type[shape]) units - sentence` for each attribute and dataset. The lengths are names, not numbers, and the
/// tallies are described once, so that two results with the same questions have the same layout.
std::string describe_layout(const ResultFile& file);

}  // namespace vcohort
