#pragma once
#include <cstddef>

#include "engine/study/looks.hpp"

namespace vcohort::boundaries {

/// What a rule for futility is asked at an interim look.
struct Interim {
  std::size_t planned = 0;  // index of the look of the plan
  double information = 0;
  double end = 1;       // information of the last look
  double critical = 0;  // z of the last look that is significant
  double drift = 0;     // of the design
};

/// The z below which a trial stops by a list of z, of conditional or of predictive power; -infinity where it does not.
/// With B = z sqrt t and T = end, conditional power is Phi((B + D (T - t) - c sqrt T) / sqrt(T - t)) under drift D;
/// predictive power averages it over D, which is normal given B (Spiegelhalter, Freedman and Blackburn, Controlled
/// Clinical Trials 7 (1986) 8-17). Only significance at the last look counts.
double futility_bound(const Looks::Futility&, const Interim&);

/// True where the rule asks for the critical value of the last look.
bool looks_ahead(const Looks::Futility&);

}  // namespace vcohort::boundaries
