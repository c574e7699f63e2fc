#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "engine/cohort/cohort.hpp"

namespace vcohort {

/// Parameters of one draw, with every strategy made ready. Pinned in memory: workspaces refer to `outcomes`.
struct Cohort::Model {
  PatientParameters patient;
  HarmParameters harm;
  OutcomeModel outcomes;
  std::vector<OutcomePlan> plans;
  std::vector<const TherapyPlan*> therapies;

  Model(const Study&, const ParameterValues&);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  double months_of_follow_up() const { return outcomes.visits.back().months; }
};

/// Sums of one tile in one leaf: doubles in lane order, exact from there on.
struct alignas(32) TileSums {
  double observed = 0, observed_squares = 0, increment = 0, increment_squares = 0;
};

/// Counts of one tile in one leaf.
struct TileCounts {
  std::int64_t n = 0, responders = 0, benefiting = 0, harmed = 0;
};

/// Events of one tile in one leaf: totals, and squares of what each child had.
struct TileEvents {
  std::array<std::array<std::int64_t, grades>, event_types + 1> total{}, squares{};  // the type after the last is "any"
  std::int64_t children = 0, with_event = 0, with_serious_event = 0;
};

/// Lanes of one leaf: places begin to end of the lanes as grouped for its stratification.
struct LeafLanes {
  std::size_t leaf, stratification, begin, end;
};

/// Memory of one block in work; nothing is allocated from tile to tile.
struct Cohort::Workspace {
  explicit Workspace(const Cohort&, const Model&);

  ChildTile child;
  TileOutcomes outcomes;
  std::vector<std::vector<std::uint32_t>> leaf;     // [stratification][lane]
  std::vector<std::vector<std::uint16_t>> grouped;  // [stratification][place]: lanes by leaf, ascending within a leaf
  std::vector<LeafLanes> groups;                    // the leaves that have lanes in this tile
  std::vector<std::uint32_t> place;                 // [leaf]: for grouping
  std::vector<Lanes<double>> reference;             // latent outcomes of the reference, [endpoint * visits + visit]
  std::vector<TileHarm> harm;                       // [strategy]
  BackgroundEvents background;
  std::vector<TileSums> sums;                  // [leaf]
  std::vector<TileCounts> counts;              // [leaf]
  std::vector<TileEvents> events;              // [leaf]
  std::vector<std::uint16_t> events_of_child;  // [lane][type, then any][grade]
};

}  // namespace vcohort
