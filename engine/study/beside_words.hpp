#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/study/study.hpp"

/// What strategies give beside cells, in words, and whether cells are compared at equal hours.
namespace vcohort {

/// "rehabilitation 10 hours a week for 12 weeks, 2 times every 26 weeks; rhizotomy"; empty where that is usual care.
std::string beside_cells_in_words(const Strategy&);

/// Strategies with cells, each with a strategy that a question of the study compares it with at other hours of
/// rehabilitation: indices, in ascending order.
std::vector<std::pair<std::size_t, std::size_t>> unequal_hours_of(const Study&);

}  // namespace vcohort
