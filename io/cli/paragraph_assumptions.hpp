#pragma once
#include <string>

#include "io/cli/paragraph_subject.hpp"

namespace vcohort {

/// What is assumed of the endpoint of an analysis: its effect, the numbers of the arms, covariates, values that are not
/// recorded.
std::string assumptions_of_endpoint(const ParagraphSubject&, std::size_t analysis);

/// What is assumed of the whole trial: correlations of the endpoints that were sized, sites, drop-out.
std::string assumptions_of_trial(const ParagraphSubject&);

}  // namespace vcohort
