#pragma once
#include "engine/analysis/boundaries/design.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort::boundaries {

/// The design of a trial that has looks. A test of two sides has half of alpha on each, and mirrored bounds; one
/// against a margin has half of alpha on its one side.
inline Design design_of(const TrialQuestion& trial) {
  const bool margin =
      !trial.analyses.empty() &&
      (trial.analyses.front().margin > 0 || trial.analyses.front().hypothesis != AnalysisPlan::Hypothesis::superiority);
  return {.looks = trial.looks.value(),
          .level = trial.sides == 2 ? trial.alpha / 2 : trial.alpha,
          .two_sided = trial.sides == 2 && !margin};
}

}  // namespace vcohort::boundaries
