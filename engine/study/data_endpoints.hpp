#pragma once
#include <algorithm>
#include <span>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The endpoints of a data model: those that it lists, or itself as the only one.
inline std::span<const DataModel> endpoints_of(const DataModel& model) {
  return model.endpoints.empty() ? std::span(&model, 1) : std::span<const DataModel>(model.endpoints);
}

/// The endpoint of that name; null if there is none.
inline const DataModel* endpoint_called(const DataModel& model, std::string_view name) {
  const std::span<const DataModel> all = endpoints_of(model);
  const auto found = std::find_if(all.begin(), all.end(), [&](const DataModel& of) { return of.name == name; });
  return found == all.end() ? nullptr : &*found;
}

/// The endpoint that the primary analysis looks at, whose events end a trial; of a hierarchy the first.
inline const DataModel* primary_endpoint(const DataModel& model, const TrialQuestion& trial) {
  return endpoint_called(model, trial.analyses.front().endpoint);
}

/// Whether the endpoint is seen at a visit before treatment.
inline bool has_baseline(const DataModel& endpoint) {
  return !endpoint.visits_months.empty() && endpoint.visits_months.front() == 0;
}

}  // namespace vcohort
