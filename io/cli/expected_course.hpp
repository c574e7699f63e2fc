#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

/// How trials of one size go, by simulation.
struct ExpectedCourse {
  struct Look {
    double information = 0, efficacy_z = 0, futility_z = 0;
    WithError months, enrolled, known;  // in the trials that came to it; known: outcomes or events
    WithError stops, gives_up;          // shares of all trials that end there with a rejection, and as futile
  };
  struct Claim {
    std::string name, role;
    WithError power;
  };
  WithError patients, months, events, lost;  // lost: the share, by the day on which the trial ends
  std::vector<Look> looks;
  std::vector<Claim> claims;  // of a family of analyses
};

/// Simulates `replicates` trials of the study with as many patients.
ExpectedCourse expected_course(Study, const Evidence&, std::int64_t patients, std::int64_t replicates);

/// The study whose arms all have the strategy of the reference: no effect in any of its endpoints.
Study without_effect(Study);

}  // namespace vcohort
