#pragma once
#include "io/study/study_reader.hpp"

namespace vcohort {

/// Whether the looks of the study's trial can be simulated; `vcohort boundaries` computes more than that. Errors: one
/// InvalidInput with all problems, at the place of [trial.looks].
///
///   * patients come one after the other; looks at times to an event are due at numbers of events, of which `maximum`
///     says how many are planned: no more than patients; those of counts by information
///   * information is that of a standard error; a Bayesian rule has bounds of its own
///   * every sample size has news at every look
///   * the value of research and looks that a running trial has had belong to trials that are analysed once
void check_simulated_looks(const StudyReading&);

}  // namespace vcohort
