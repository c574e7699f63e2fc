#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/study/study.hpp"

/// What strategies give beside cells, in words, whether cells are compared at equal hours, and who has less than usual
/// care.
namespace vcohort {

/// "rehabilitation 10 hours a week for 12 weeks, 2 times every 26 weeks; rhizotomy"; empty where that is usual care.
std::string beside_cells_in_words(const Strategy&);

/// Strategies with cells, each with a strategy that a question of the study compares it with at other hours of
/// rehabilitation: indices, in ascending order.
std::vector<std::pair<std::size_t, std::size_t>> unequal_hours_of(const Study&);

/// Strategies under which children have, at some time, fewer hours of rehabilitation than those of usual care (hours a
/// week): indices, in ascending order. What all children of the population or of the trial receive is part of them.
std::vector<std::size_t> below_usual_hours(const Study&, double usual_hours);

}  // namespace vcohort
