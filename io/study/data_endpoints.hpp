#pragma once
#include <string>

#include "io/study/trial_sections.hpp"

namespace vcohort {

/// Several endpoints of a data model, by name. The whole takes the names of their arms, which are the same in all.
void read_data_endpoints(const KeyAt& at, DataModel& model);
void write_data_endpoints(const DataModel& model, const Scope& scope, const std::string& path, std::string& text);

/// One number for all pairs of endpoints, or pairs by name.
void read_endpoint_correlation(const KeyAt& at, DataModel& model);
std::string write_endpoint_correlation(const DataModel& model, const Scope& scope);

/// What no endpoint shows alone: that their joint correlation is one, and that it can be simulated.
void check_joint_model(const TableReader& reader, const DataModel& model);

}  // namespace vcohort
