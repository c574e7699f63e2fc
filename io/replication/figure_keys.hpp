#pragma once
#include <array>
#include <string_view>

namespace vcohort {

inline constexpr std::array<std::string_view, 1> figures_formats = {"vcohort-figures 1"};
inline constexpr std::array<std::string_view, 5> figure_strengths = {"found", "derived", "recalled", "assumed", "seed"};

}  // namespace vcohort
