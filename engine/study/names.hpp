#pragma once
#include <array>
#include <string_view>

/// The words of a study for each enum, in the order of the enum.
namespace vcohort {

inline constexpr std::array<std::string_view, 4> cell_names = {"MSC", "NSC", "MNC", "CB"};
inline constexpr std::array<std::string_view, 4> route_names = {"intravenous", "intrathecal", "intranasal",
                                                                "intraventricular"};
inline constexpr std::array<std::string_view, 3> dose_unit_names = {"per_kg", "cells", "reference_doses"};
inline constexpr std::array<std::string_view, 2> cell_source_names = {"allogeneic", "autologous"};
inline constexpr std::array<std::string_view, 3> tolerance_names = {"ignore", "stop", "halve"};
inline constexpr std::array<std::string_view, 3> marker_names = {"inflammation", "white_matter", "genotype"};
inline constexpr std::array<std::string_view, 5> claim_table_names = {"increments", "summary", "harm", "adverse_events",
                                                                      "operating_characteristics"};
inline constexpr std::array<std::string_view, 6> distribution_names = {"fixed",     "uniform",    "normal",
                                                                       "lognormal", "triangular", "bands"};
inline constexpr std::array<std::string_view, 4> motor_type_names = {"spastic", "dyskinetic", "ataxic", "mixed"};
inline constexpr std::array<std::string_view, 4> topography_names = {"hemiplegia", "diplegia", "quadriplegia", "none"};
inline constexpr std::array<std::string_view, 8> procedure_names = {
    "rhizotomy", "hyperbaric_oxygen", "botulinum_toxin", "baclofen", "own_1", "own_2", "own_3", "own_4"};
inline constexpr std::array<std::string_view, 5> gmfcs_names = {"I", "II", "III", "IV", "V"};

}  // namespace vcohort
