#pragma once
#include <array>
#include <string_view>

namespace vcohort {

inline constexpr std::array<std::string_view, 1> figures_formats = {"vcohort-figures 1"};
inline constexpr std::array<std::string_view, 5> figure_strengths = {"found", "derived", "recalled", "assumed", "seed"};
// In the order of FigureQuantity and of FigureStatistic.
inline constexpr std::array<std::string_view, 5> figure_quantities = {"value", "change", "change_above_expectation",
                                                                      "monthly_change", "related_events"};
inline constexpr std::array<std::string_view, 11> figure_statistics = {"mean",          "sd",
                                                                       "median",        "quantile",
                                                                       "share",         "percent_of_baseline",
                                                                       "baseline_sds",  "t",
                                                                       "adjusted_mean", "standardised_difference",
                                                                       "severe_share"};

// In the order of EventType.
inline constexpr std::array<std::string_view, 11> figure_events = {
    "fever",     "infusion_reaction", "headache", "vomiting", "back_pain",
    "epistaxis", "facial_palsy",      "seizure",  "serious",  "upper_respiratory_infection",
    "diarrhoea"};

}  // namespace vcohort
