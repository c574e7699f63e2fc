#pragma once
#include <array>
#include <string_view>

/// The words of an evidence file for each enum, in the order of the enum.
namespace vcohort {

inline constexpr std::array<std::string_view, 4> strength_names = {"found", "derived", "recalled", "assumed"};
inline constexpr std::array<std::string_view, 7> uncertainty_names = {"fixed",   "normal",     "lognormal", "beta",
                                                                      "uniform", "triangular", "bernoulli"};

}  // namespace vcohort
