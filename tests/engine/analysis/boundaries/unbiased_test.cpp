#include <cstdint>
#include <random>

#include "engine/analysis/boundaries/inference.hpp"
#include "tests/engine/analysis/boundaries/designs.hpp"

// Inference after a stop against what simulated trials do: their z is a Brownian motion seen at the looks.
namespace vcohort::boundaries {
namespace {

constexpr double mcse_allowed = 4.5;

struct Stopped {
  std::size_t look = 0;
  double z = 0;
};

Stopped run_trial(const Bounds& bounds, double drift, std::mt19937_64& any) {
  std::normal_distribution<double> normal;
  double score = 0, before = 0;  // z sqrt t
  for (std::size_t look = 0;; ++look) {
    const double t = bounds.information[look];
    score += drift * (t - before) + std::sqrt(t - before) * normal(any);
    before = t;
    const double z = score / std::sqrt(t);
    if (decide(bounds, look, z) != Decision::go_on) return {look, z};
  }
}

/// The estimate lies below the drift where the result is more favourable than half of those under it.
TEST(AfterStop, TheEstimateIsMedianUnbiasedAndItsLimitsCover) {
  std::mt19937_64 any(20261129);
  constexpr int trials = 2'000;
  constexpr double level = 0.05;
  Design mirrored = pocock(thirds);
  mirrored.two_sided = true;
  for (const Design& design : {obrien_fleming(thirds), mirrored, lan_demets({0.2, 0.5, 0.7, 1})})
    for (const double drift : {0.0, 2.0}) {
      const Bounds bounds = calibrate(design).bounds;
      int below = 0, covered = 0;
      for (int trial = 0; trial < trials; ++trial) {
        const Stopped at = run_trial(bounds, drift, any);
        const double p = as_favourable(bounds, at.look, at.z, drift);
        below += p < 0.5;  // then the drift is smaller than the estimate
        covered += p >= level && p <= 1 - level;
        if (trial >= 10) continue;
        const Inference found = after_stop(bounds, at.look, at.z, level);
        EXPECT_EQ(found.estimate > drift, p < 0.5);
        EXPECT_EQ(found.lower <= drift && drift <= found.upper, p >= level && p <= 1 - level);
      }
      EXPECT_NEAR(below / double{trials}, 0.5, mcse_allowed * std::sqrt(0.25 / trials)) << drift;
      EXPECT_NEAR(covered / double{trials}, 1 - 2 * level, mcse_allowed * std::sqrt(0.09 / trials)) << drift;
    }
}

}  // namespace
}  // namespace vcohort::boundaries
