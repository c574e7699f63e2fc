#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/long_data/data_analysis.hpp"
#include "engine/numeric/table.hpp"
#include "engine/study/study.hpp"
#include "engine/trial/forecast.hpp"

/// When the looks to come of an event-driven trial under way will be, from trial.looks.today.
namespace vcohort {

struct LookForecast {
  RunningTrial trial;
  std::int64_t enrolled = 0;
  bool counted = false;             // follow-up is that of a data file, whose unit nobody knows
  std::vector<std::int64_t> looks;  // numbers in the plan of those that need more events than there are
  std::vector<EventForecast> of_looks;
};

/// Nothing where the study says nothing of today. What trial.looks.today leaves out is counted in the data that were
/// analysed, `found`; null where there are none. InvalidInput where too little is known.
std::optional<LookForecast> forecast_looks(const Study&, const DataAnalysis* found);

/// One row per look: months since the first day of accrual, with 95 % prediction intervals.
Table forecast_table(const LookForecast&);

/// The table, and what was assumed.
std::string text_of(const LookForecast&);
nlohmann::ordered_json json_of(const LookForecast&);

}  // namespace vcohort
