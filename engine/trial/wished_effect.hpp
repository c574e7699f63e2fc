#pragma once
#include "engine/evidence/evidence.hpp"
#include "engine/study/study.hpp"
#include "engine/trial/true_value.hpp"

namespace vcohort {

/// Efficacy that is scaled so that a trial has the true difference that its designer wishes.
struct ScaledEfficacy {
  double scale = 1;   // of effect.emax
  double own = 0;     // true difference under the evidence's own efficacy
  Evidence evidence;  // with the scaled one
};

/// effect.emax is multiplied. InvalidInput where the evidence has none.
Evidence with_efficacy_times(Evidence, double factor);

/// Finds the scale under which the true value of the primary analysis is study.trial->wished_effect: by bracketing, on
/// the twins that true values are found with (true_value.hpp); what then is shown may come from more of them, and
/// differs by its Monte Carlo error. Efficacy is bounded by the scale of the endpoint: the difference does not grow in
/// proportion.
/// Errors: InvalidInput where the evidence has no effect to scale, where the difference has the other sign, and where a
/// thousandfold efficacy does not reach it.
ScaledEfficacy scale_to_wish(const Study&, const Evidence&);

}  // namespace vcohort
