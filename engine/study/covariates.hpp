#pragma once
#include <span>
#include <string_view>

#include "engine/study/study.hpp"

/// The baseline variables that strata may be made of, and the categories of those that are not continuous. The order of
/// the categories is their index everywhere: in `StratumDimension::groups`, in a patient and in a result file.
namespace vcohort {

using StratumVariable = StratumDimension::Variable;

/// All variables that a study may name, in the order of the enum: "age_years", "gmfcs", "gmfm66", ...
std::span<const std::string_view> stratum_variable_names();

std::string_view name_of(StratumVariable);

/// The categories of a categorical variable ("I".."V", "spastic", ...); empty for those with intervals.
std::span<const std::string_view> categories_of(StratumVariable);

}  // namespace vcohort
