#pragma once
#include <array>
#include <string_view>

namespace vcohort {

inline constexpr std::array<std::string_view, 1> figures_formats = {"vcohort-figures 1"};
inline constexpr std::array<std::string_view, 5> figure_strengths = {"found", "derived", "recalled", "assumed", "seed"};
// In the order of EventType.
inline constexpr std::array<std::string_view, 11> figure_events = {
    "fever",     "infusion_reaction", "headache", "vomiting", "back_pain",
    "epistaxis", "facial_palsy",      "seizure",  "serious",  "upper_respiratory_infection",
    "diarrhoea"};

}  // namespace vcohort
