#pragma once
#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "engine/development/development.hpp"
#include "tests/engine/patient/patients.hpp"

namespace vcohort::test {

/// Calls `use` with tiles of children 0 ... n - 1 who meet the eligibility.
template <class Use>
void each_tile_of_children(int n, const Population& population, const ParameterValues& values, const Use& use,
                           std::uint32_t replicate = 0) {
  const PatientParameters patient(values);
  const DevelopmentParameters development(values);
  const auto tile = std::make_unique<ChildTile>();
  std::vector<std::uint64_t> ids(tile_size);
  for (int first = 0; first < n; first += tile_size) {
    std::iota(ids.begin(), ids.end(), static_cast<std::uint64_t>(first));
    const auto lanes = static_cast<std::size_t>(std::min(tile_size, n - first));
    enrol(seed, replicate, population, patient, development, {ids.data(), lanes}, *tile);
    use(static_cast<const ChildTile&>(*tile));
  }
}

/// Everybody at one level and age.
inline Population one_kind(int level, double age_years) {
  Population population = register_population();
  population.age_years = {};
  population.age_years.value = age_years;
  population.gmfcs = {};
  population.gmfcs[static_cast<std::size_t>(level)] = 1;
  return population;
}

}  // namespace vcohort::test
