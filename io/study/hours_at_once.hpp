#pragma once
#include <span>

#include "io/study/study_reader.hpp"

namespace vcohort {

/// The hours of a week in which a child is awake that sleeps ten hours a night (assumed): more cannot be therapy.
inline constexpr double hours_awake = 98;

/// The most hours a week that blocks come to at any time; those that are active together add up.
double most_hours_at_once(std::span<const Rehabilitation>);

/// Refuses blocks of a strategy and of all children that together leave no time to sleep.
void check_hours(const Study&, const StudyPlaces&, Problems&);

}  // namespace vcohort
