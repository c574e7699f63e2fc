#pragma once
#include <memory>
#include <numeric>

#include "engine/patient/patient.hpp"

namespace vcohort::test {

inline constexpr std::uint64_t seed = 20260101;

/// Register shares of GMFCS, ages uniform from 1 to 12, no condition.
inline Population register_population() {
  Population population;
  population.size = 100'000;
  population.age_years.kind = Distribution::Kind::uniform;
  population.age_years.low = 1;
  population.age_years.high = 12;
  population.gmfcs = {0.342 / 1.006, 0.256 / 1.006, 0.115 / 1.006, 0.137 / 1.006, 0.156 / 1.006};
  return population;
}

/// Calls `use` with tiles of first candidates 0 ... n - 1.
template <class Use>
void each_tile_of_patients(int n, const Population& population, const PatientParameters& parameters, const Use& use,
                           std::uint32_t replicate = 0) {
  const auto tile = std::make_unique<PatientTile>();
  for (int first = 0; first < n; first += tile_size) {
    tile->lanes = std::min(tile_size, n - first);
    std::iota(tile->patient.begin(), tile->patient.begin() + tile->lanes, static_cast<std::uint64_t>(first));
    tile->attempt.fill(0);
    draw_patients(seed, replicate, population, parameters, *tile);
    use(static_cast<const PatientTile&>(*tile));
  }
}

}  // namespace vcohort::test
