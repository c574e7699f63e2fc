#pragma once
#include <string>
#include <vector>

#include "tests/engine/trial/designs.hpp"

/// Small studies of several endpoints.
namespace vcohort::test {

inline DataModel score_endpoint(const std::string& name, double effect, double visit_months = 12) {
  DataModel model;
  model.name = name;
  model.visits_months = {visit_months};
  model.arms.resize(2);
  model.arms[0].name = "control";
  model.arms[1].name = "active";
  for (auto& arm : model.arms) arm.mean = {0}, arm.sd = {1};
  model.arms[1].mean = {effect};
  return model;
}

inline DataModel event_endpoint(const std::string& name, double hazard, double ratio, double follow_up_months = 24) {
  DataModel model;
  model.name = name;
  model.kind = OutcomeKind::survival;
  model.follow_up_months = follow_up_months;
  model.arms.resize(2);
  model.arms[0].name = "control";
  model.arms[1].name = "active";
  model.arms[0].hazard = {hazard};
  model.arms[1].hazard = {hazard * ratio};
  return model;
}

inline DataModel first_event_of(const std::string& name, std::vector<std::string> parts, double follow_up_months = 24) {
  DataModel model;
  model.name = name;
  model.kind = OutcomeKind::survival;
  model.follow_up_months = follow_up_months;
  model.first_of = std::move(parts);
  return model;
}

/// An analysis of each endpoint, the first of which is primary; the others have the names of their endpoints.
inline Study several_endpoints(std::vector<DataModel> endpoints, double correlation, std::int64_t patients,
                               std::int64_t replicates) {
  Study study = two_arms("t", patients, replicates);
  DataModel& model = *study.data_model;
  model.visits_months.clear();
  const std::size_t n = endpoints.size();
  model.endpoint_correlation.assign(n, std::vector<double>(n, correlation));
  study.trial->analyses.clear();
  for (std::size_t e = 0; e < n; ++e) {
    model.endpoint_correlation[e][e] = 1;
    AnalysisPlan plan = analysis(seen_at_visits(endpoints[e].kind) ? "t" : "logrank");
    plan.name = e == 0 ? "primary" : endpoints[e].name;
    plan.endpoint = endpoints[e].name;
    plan.visit_months = endpoints[e].visits_months.empty() ? 0 : endpoints[e].visits_months.back();
    study.trial->analyses.push_back(plan);
  }
  model.endpoints = std::move(endpoints);
  return study;
}

/// A table of the result, by the end of its path.
inline Table table_of(const Study& study, const std::string& name) {
  const Trial trial(study, no_evidence());
  Tally tally = trial.empty_tally();
  for (std::int64_t block = 0; block < trial.blocks(); ++block) {
    std::vector<Table> rows;
    trial.simulate_block(block, tally, rows);
  }
  for (Table& table : trial.deliver(tally))
    if (table.path == "/trial/" + name) return table;
  throw std::invalid_argument(name);
}

inline std::string text(const Table& table, const std::string& column, std::size_t row) {
  return std::get<std::vector<std::string>>(table.find(column)->values).at(row);
}

}  // namespace vcohort::test
