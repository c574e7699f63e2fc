#pragma once
#include "engine/analysis/boundaries/design.hpp"

namespace vcohort::boundaries {

/// What the bounds of one pass over the looks hang on.
struct Assumed {
  double constant = 0;                        // of O'Brien-Fleming, Pocock and Wang-Tsiatis: the last bound
  double critical = 0;                        // of the last look, for rules of futility that look ahead
  double drift = 0;                           // under which beta is spent
  const Looks::Futility* futility = nullptr;  // null: none is applied
};

/// True where the bounds are a shape times a constant that is searched.
bool has_constant(const Looks::Efficacy&);

/// The bounds from the first look to the last under these assumptions; alpha_spent says what they come to. A bound for
/// futility is never above the one for efficacy: where they meet, nobody goes on.
Bounds pass(const Design&, const Schedule&, const Assumed&);

}  // namespace vcohort::boundaries
