#pragma once
#include <cstddef>

#include "engine/analysis/boundaries/bounds.hpp"

/// What a group-sequential trial has shown once it has stopped, and what one that goes on may still show. Drifts are
/// expected values of z at the planned maximum: divided by the square root of that information they are effects.
namespace vcohort::boundaries {

/// The probability, under a drift, of a result at least as favourable as z at this look: to have stopped for efficacy
/// earlier, or to come here and have z or more (stage-wise ordering; Fairbanks and Madsen, Biometrika 69 (1982) 69-74;
/// Tsiatis, Rosner and Mehta, Biometrics 40 (1984) 797-803). Stops for futility count only where they are binding.
double as_favourable(const Bounds&, std::size_t look, double z, double drift);

struct Inference {
  double p = 1;                                   // one-sided
  double estimate = 0, lower = 0, upper = 0;      // median unbiased, and limits with `level` beyond each
  double repeated_lower = 0, repeated_upper = 0;  // z / sqrt t -+ bound / sqrt t: valid at every look
};

Inference after_stop(const Bounds&, std::size_t look, double z, double level);

/// The probability that a later look shows a benefit, under a drift, given z at this look. Stops for futility count
/// where they are binding. Source: Jennison and Turnbull, Group Sequential Methods, 2000, chapter 10.
double conditional_power(const Bounds&, std::size_t look, double z, double drift);

/// Averaged over a drift that was normal before the trial, given z; prior_sd 0 is a flat prior.
double predictive_power(const Bounds&, std::size_t look, double z, double prior_mean, double prior_sd);

}  // namespace vcohort::boundaries
