#pragma once
#include <optional>

#include "engine/analysis/boundaries/design.hpp"

namespace vcohort::boundaries {

/// A trial under way: the bounds at the looks that were taken, and at the planned ones that remain.
struct Running {
  Bounds bounds;
  std::size_t seen = 0;             // looks that were taken
  std::vector<Decision> decisions;  // of them
  std::optional<std::size_t> stop;  // the first of them whose decision was to stop
};

/// The level is spent at the information that was observed. Bounds that are no spending function spend what they spend
/// by plan, linearly between the planned looks; stops of a list, and choices of looks, are those of the planned look
/// that is nearest. A last look spends what is left, or what the function has there (Looks::last_spends). Beta is spent
/// under the drift of the design. Source: Lan and DeMets, Statistics in Medicine 8 (1989) 1191-1198.
Running running(const Design&, const Calibrated&);

}  // namespace vcohort::boundaries
