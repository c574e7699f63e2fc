#pragma once
#include <string>

#include "io/study/trial_sections.hpp"

namespace vcohort {

/// The covariates of a data model, by name.
void read_data_covariates(const KeyAt& at, DataModel& model);
void write_data_covariates(const DataModel& model, const Scope& scope, const std::string& path, std::string& text);

/// What no covariate shows alone: that they leave something of the outcome to chance, and that their distribution can
/// be computed. Refuses at the covariates.
void check_data_covariates(const TableReader& reader, const DataModel& model);

/// Whether anybody may call a covariate so.
bool is_covariate_name(std::string_view name);

}  // namespace vcohort
