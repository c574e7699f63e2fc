#pragma once
#include <array>
#include <string_view>

/// The words of [policy] for each enum, in the order of the enum.
namespace vcohort {

inline constexpr std::array<std::string_view, 5> timing_names = {"start", "mid", "end", "trapezoid", "continuous"};
inline constexpr std::array<std::string_view, 2> perspective_names = {"health-system", "societal"};
inline constexpr std::array<std::string_view, 2> utility_set_names = {"hui3", "tto"};
inline constexpr std::array<std::string_view, 3> policy_effect_names = {"qaly", "gmfm66", "responder"};
inline constexpr std::array<std::string_view, 3> policy_effect_units = {"QALY", "points", "responders"};
inline constexpr std::array<std::string_view, 4> extrapolation_names = {"model", "wane", "hold", "stop"};
inline constexpr std::array<std::string_view, 2> research_method_names = {"regression", "reweighting"};

}  // namespace vcohort
