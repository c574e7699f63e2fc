#pragma once
#include "engine/therapy/therapy.hpp"

namespace vcohort::test {

/// A strategy at the reference dose; allogeneic.
inline Strategy cells(Cell cell, Route route, int infusions = 1, double interval_days = 7, double doses = 1) {
  constexpr double reference[cell_types][routes] = {{2e6, 1e6, 0, 0}, {0, 0, 1, 1}, {5e7, 5e6, 0, 0}, {5e7, 0, 0, 0}};
  Strategy strategy;
  strategy.name = std::string(name_of(cell)) + "/" + name_of(route) + "/" + std::to_string(doses) + "/" +
                  std::to_string(infusions) + "x/" + std::to_string(interval_days) + "d";
  strategy.cells = true;
  strategy.cell = cell;
  strategy.route = route;
  strategy.regimen.dose = doses * reference[static_cast<std::size_t>(cell)][static_cast<std::size_t>(route)];
  strategy.regimen.infusions = infusions;
  strategy.regimen.interval_days = interval_days;
  return strategy;
}

inline Strategy rehabilitation() {
  Strategy strategy;
  strategy.name = "rehabilitation";
  return strategy;
}

}  // namespace vcohort::test
