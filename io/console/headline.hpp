#pragma once
#include <iosfwd>

#include "io/results/result_file.hpp"

namespace vcohort {

/// What a reader wants to see first of a result: who gains how much, with Monte Carlo error, and who is harmed; then on
/// how much assumption it rests.
void print_headline(const ResultFile&, std::ostream&);

}  // namespace vcohort
