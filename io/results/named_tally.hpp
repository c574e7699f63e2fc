#pragma once
#include <string>

#include "engine/numeric/tally.hpp"

namespace vcohort {

/// The tally of one question under one scenario, over the blocks of a file.
struct NamedTally {
  std::string question;
  std::string scenario;
  Tally tally;
};

}  // namespace vcohort
