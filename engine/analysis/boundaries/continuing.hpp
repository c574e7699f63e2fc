#pragma once
#include "engine/analysis/boundaries/panels.hpp"

namespace vcohort::boundaries {

/// The trials that no look has stopped yet. The score B(t) = z sqrt t is a Brownian motion with `drift` per unit of
/// information; what is left of its distribution after a look is kept at the points of a quadrature rule (Armitage,
/// McPherson and Rowe, Journal of the Royal Statistical Society A 132 (1969) 235-244; Jennison and Turnbull, Group
/// Sequential Methods, 2000, chapter 19). Probabilities have an error below 1e-12.
class Continuing {
 public:
  /// Trials that have shown `score` at `information`; without them those that begin.
  explicit Continuing(double drift, double information = 0, double score = 0);

  /// The probability to have come to the look at `information` with z at or above (below) a bound, which may be
  /// infinite.
  double above(double information, double z) const;
  double below(double information, double z) const;

  /// Goes on to this look and keeps those with z between the bounds. The next look, at `next_information`, says how
  /// fine the points must lie.
  void keep(double information, double lower, double upper, double next_information);

  double probability() const;  // that no look has stopped the trial

 private:
  double drift_;
  double start_information_, start_score_;
  double information_;
  Panels trials_;  // weight: probability
};

}  // namespace vcohort::boundaries
