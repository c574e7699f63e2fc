#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "engine/study/trial_design.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

/// An arm as a study states it, by its own numbers or relative to the first arm. Reading turns all of it into the
/// numbers of the data model, and these are written.
struct StatedArm {
  DataModel::DataArm arm;
  std::vector<std::string_view> given;  // that its table has
  bool first = true;
  std::optional<double> median_months, survival_share, survival_months, rate_ratio;
  std::vector<double> hazard_ratio, hazard_ratio_from_months = {0};
  std::optional<double> cv;
  std::vector<double> geometric_mean, geometric_mean_ratio;
  std::vector<double> odds_ratio, risk_ratio, risk_difference, difference, standardised_difference;
};

/// Puts the numbers that the statement stands for into the arm; what they are relative to is the first arm of the
/// model. Refuses shares beyond 0 and 1. Nothing where the first arm was refused.
void resolve_arm(const TableReader& table, const DataModel& model, StatedArm& stated);

}  // namespace vcohort
