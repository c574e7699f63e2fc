#pragma once
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// What an analysis conditions on, of the covariates of a data model that have an effect.
enum class Conditioning : std::uint8_t {
  nothing,     // it has neither covariates nor strata, or none has an effect in the model
  some,        // not all of them, not as they act, or others as well
  everything,  // all of them, as they act: a normal one as it is drawn, levels by level; and no visit before
};

/// Of adjustment and strata together.
Conditioning conditioning_of(const AnalysisPlan&, const DataModel&);

/// Whether randomisation balances covariates with an effect that an analysis of scores leaves out, so that its standard
/// error is too large.
bool leaves_out_strata(const AnalysisPlan&, const DataModel&, const Randomisation&);

}  // namespace vcohort
