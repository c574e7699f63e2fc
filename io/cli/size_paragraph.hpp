#pragma once
#include <string>

#include "engine/trial/sample_size.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// The sample-size section of a protocol, from a study and its answer: what is compared and how, what was assumed and
/// on whose word, what follows, and how to compute it again. It invents no reason: what a reader of a protocol must be
/// told and the study does not say stands as "[justify]". Lines of at most 100 characters. `trial` is that of the
/// answer where this is a number of events.
std::string size_paragraph(const LoadedStudy&, const Trial&, const SizeTarget&, const SampleSizeGoal&,
                           const SizedAnswer&);

}  // namespace vcohort
