#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/replication/figure.hpp"

namespace vcohort {

enum class Verdict : std::uint8_t {
  inside,        // the published figure lies inside the 95 % predictive interval
  known_misfit,  // outside, for a reason that was written down
  misfit,        // outside, and nobody knows why
  not_modelled,
  calibrated  // inside, because something of the study file was chosen to fit it: no test
};
const char* name_of(Verdict);  // "inside", "known misfit", "MISFIT", "not modelled", "calibrated"

/// Where a published figure lies in the predictive distribution of the same figure at the same n.
struct FigureAssessment {
  double median = 0, lower = 0, upper = 0;  // of the simulated figure: 50, 2.5 and 97.5 %, each a simulated value
  double expected = 0, expected_mcse = 0;   // mean of the simulated figure
  double position = 0;       // share of simulated figures below the published one, ties counting half; of a published
                             // bound the share that respects it
  double position_mcse = 0;  // of it
  std::int64_t defined = 0;  // replicates in which the figure is defined
  Verdict verdict = Verdict::not_modelled;
  bool at_edge = false;  // so near the limit that another seed may give the other verdict
  std::string reason;    // of a known misfit, why it is not modelled, or what was calibrated
};

/// Judges a figure under a stance by its simulated values. A published bound is inside where at least 2.5 % of the
/// simulated figures respect it. At the edge is a figure of which the share that decides (of simulated figures below
/// it, or at most it; that respect a bound) lies within two of its Monte Carlo standard errors of the limit.
FigureAssessment assess(const PublishedFigure&, std::span<const double> simulated, std::string_view stance);

}  // namespace vcohort
