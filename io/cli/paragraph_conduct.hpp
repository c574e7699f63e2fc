#pragma once
#include <string>
#include <vector>

#include "io/cli/paragraph_subject.hpp"

namespace vcohort {

/// How the trial goes: randomisation, accrual, what ends it, its looks one by one, and what is expected of its size,
/// events and duration, by simulation under the assumptions and without an effect. A paragraph each.
std::vector<std::string> conduct_in_words(const ParagraphSubject&);

}  // namespace vcohort
