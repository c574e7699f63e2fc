#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "engine/analysis/long_data/data_analysis.hpp"
#include "engine/study/study.hpp"
#include "io/cli/boundary_tables.hpp"

namespace vcohort {

/// The analysis of a data file as a look of the study's trial, after those that it has observed.
struct LookOfToday {
  double z = 0, information = 0;  // share of the planned maximum
  ShownDesign shown;
  Today today;
  std::optional<std::size_t> stopped_before = {};  // number of the look at which the trial had ended already
};

/// How much of the planned information the data hold, by what `timing` counts: 1 / SE^2 or events of `maximum`, else
/// analysed patients of the largest trial.sample_size (those who were lost before their visit are not among them).
/// Nothing where the study does not say what is planned.
std::optional<double> share_of_information(const Study&, const DataAnalysis&);

/// `last`: no other look will follow. InvalidInput where there is no news after the looks observed, or none can follow.
LookOfToday look_of_today(const Study&, const DataAnalysis&, double information, bool last);

/// "look 2: go on".
std::string decision_of(const LookOfToday&);

std::string text_of(const LookOfToday&);
nlohmann::ordered_json json_of(const LookOfToday&);

}  // namespace vcohort
