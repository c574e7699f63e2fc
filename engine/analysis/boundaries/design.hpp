#pragma once
#include <array>
#include <vector>

#include "engine/analysis/boundaries/bounds.hpp"
#include "engine/study/looks.hpp"

namespace vcohort::boundaries {

/// A group-sequential design: its looks, and the level that they share.
struct Design {
  Looks looks;
  double level = 0.025;    // of one side
  bool two_sided = false;  // the mirrored bounds have the same level once more
};

/// What a design comes to. Drifts are expected values of z at the planned end, without stops.
struct Calibrated {
  Bounds bounds;
  double drift = 0;                        // at which the design has its power
  double fixed_drift = 0;                  // at which a trial without looks has it
  double inflation = 1;                    // planned maximum of information over that of a trial without looks
  double level = 0, level_obeyed = 0;      // of both sides: all stops for futility ignored, and obeyed
  std::array<double, 3> information = {};  // expected, over that of a trial without looks: under drift 0, half, full
};

/// The bounds of a design at its planned looks. Stops for futility count in its power. InvalidInput where a bound for
/// futility does not lie below the one for efficacy, or no level is left for the last look.
Calibrated calibrate(const Design&);

/// Looks that are nearer to each other have no news of their own.
inline constexpr double smallest_gain = 1e-3;

/// When looks are taken, and which planned look says whether they may stop a trial.
struct Schedule {
  std::vector<double> information;   // ascending
  std::vector<std::size_t> planned;  // index
  bool rest = true;                  // the last look spends what is left of the level
};

/// The bounds at the looks of a schedule: beta is spent, and conditional power taken, under this `drift`.
Bounds bounds_at(const Design&, const Schedule&, double drift);

}  // namespace vcohort::boundaries
