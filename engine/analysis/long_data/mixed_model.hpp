#pragma once
#include <array>
#include <string>

#include "engine/analysis/estimate.hpp"
#include "engine/analysis/long_data/long_data.hpp"

namespace vcohort {

/// The mixed model for repeated measures on all visits of the data.
DataAnalysis fit_mixed_model(const LongData&, const AnalysisPlan&, const analysis::Hypothesis&);

/// The table of contrasts, empty, and one more row of it: estimate, se, df, statistic, p, lower, upper.
Table contrast_table();
void append_contrast(Table&, const std::string& contrast, const std::string& visit, bool primary,
                     const std::array<double, 7>& numbers);

}  // namespace vcohort
