#include "engine/data_model/first_event.hpp"

#include <algorithm>
#include <set>

#include "engine/data_model/event_times.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

using DataArm = DataModel::DataArm;

/// The places of the endpoints that a composite is made of.
std::vector<std::size_t> parts_of(const DataModel& composite, const std::vector<DataModel>& endpoints) {
  std::vector<std::size_t> parts;
  for (const std::string& name : composite.first_of)
    for (std::size_t e = 0; e < endpoints.size(); ++e)
      if (endpoints[e].name == name) parts.push_back(e);
  require(parts.size() == composite.first_of.size(), "a composite endpoint is made of others");
  return parts;
}

bool independent(const std::vector<std::size_t>& parts, const std::vector<std::vector<double>>& correlation) {
  if (correlation.empty()) return true;
  for (const std::size_t a : parts)
    for (const std::size_t b : parts)
      if (a != b && correlation[a][b] != 0) return false;
  return true;
}

bool add_up(const std::vector<const DataArm*>& arms) {
  return std::all_of(arms.begin(), arms.end(),
                     [&](const DataArm* arm) { return arm->cured == 0 && arm->shape == arms.front()->shape; });
}

DataArm sum_of_hazards(const std::vector<const DataArm*>& arms) {
  std::set<double> from;
  for (const DataArm* arm : arms) from.insert(arm->hazard_from_months.begin(), arm->hazard_from_months.end());
  DataArm sum;
  sum.name = arms.front()->name;
  sum.shape = arms.front()->shape;
  sum.hazard_from_months.assign(from.begin(), from.end());
  for (const double months : sum.hazard_from_months) {
    double hazard = 0;
    for (const DataArm* arm : arms) hazard += hazard_of_piece(*arm, months);
    sum.hazard.push_back(hazard);
  }
  return sum;
}

}  // namespace

void state_first_events(std::vector<DataModel>& endpoints,
                        const std::vector<std::vector<double>>& endpoint_correlation) {
  for (DataModel& composite : endpoints) {
    if (!composite.is_composite()) continue;
    composite.arms.clear();
    const std::vector<std::size_t> parts = parts_of(composite, endpoints);
    if (!independent(parts, endpoint_correlation)) continue;
    for (std::size_t a = 0; a < endpoints[parts.front()].arms.size(); ++a) {
      std::vector<const DataArm*> arms;
      for (const std::size_t part : parts) arms.push_back(&endpoints[part].arms[a]);
      if (!add_up(arms)) {
        composite.arms.clear();
        break;
      }
      composite.arms.push_back(sum_of_hazards(arms));
    }
  }
}

}  // namespace vcohort
