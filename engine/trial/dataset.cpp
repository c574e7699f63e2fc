#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/shortest_text.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The number itself has the name of the covariate.
std::string column_of_factor(const Protocol& protocol, const std::string& factor) {
  const std::vector<std::string>& numbers = protocol.numeric;
  const bool of_numbers = factor == "age_years" || std::find(numbers.begin(), numbers.end(), factor) != numbers.end();
  return of_numbers ? factor + "_group" : factor;
}

/// Patients of clusters, numbered as they stand in the table: each visit has patients of its own.
Table patients_of_clusters(const Protocol& protocol, const TrialData& data) {
  Table table{"/trial/patients", "One simulated trial of clusters in long form: one row per patient", {}};
  struct Row {
    std::size_t patient, cluster, visit;
    double value;
  };
  std::vector<Row> rows;
  const std::size_t visits = protocol.visits_months.size(), members = data.observed.values.size() / visits;
  for (std::size_t i = 0; i < data.arm.size(); ++i)
    for (std::size_t row = 0; row < data.observed.values.size(); ++row) {
      const double value = data.observed.values[row][i];
      if (value == value) rows.push_back({rows.size() + 1, i, row / members, value});
    }
  const Columns column(table, rows);
  column("patient", "", "running number", &Row::patient);
  column("cluster", "", "number of the cluster",
         [&](const Row& row) { return data.participants.patient[row.cluster]; });
  column("arm", "", "arm of the cluster, in a stepped wedge at the visit", [&](const Row& row) {
    const bool steps = protocol.units() == analysis::Method::Units::steps;
    const int arm = steps ? static_cast<int>(row.visit) >= data.crossing[row.cluster] : data.arm[row.cluster];
    return protocol.design.arms[static_cast<std::size_t>(arm)].name;
  });
  column("endpoint", "", "what was recorded", [&](const Row&) { return protocol.endpoints.front(); });
  column("visit", "months", "scheduled time since randomisation",
         [&](const Row& row) { return protocol.visits_months[row.visit]; });
  column("value", "of the endpoint", "observed value", &Row::value);
  column("randomised_months", "months", "calendar time of randomisation of the cluster",
         [&](const Row& row) { return data.randomised_months[row.cluster]; });
  return table;
}

}  // namespace

Table Trial::dataset(std::uint32_t replicate, std::int64_t sample_size) const {
  TrialSimulator simulator(*trial_, false);
  const TrialData& data = simulator.simulate_replicate(replicate, sample_size);
  const DataCut known = conduct_of(sample_size).conduct_replicate(simulator).cut;
  const Protocol& protocol = trial_->protocol;
  if (protocol.design.design && protocol.design.design->has_clusters()) return patients_of_clusters(protocol, data);
  Table table{"/trial/patients", "One simulated trial in long form: one row per patient and visit", {}};
  struct Row {
    std::size_t patient, slot;
    double visit, value;
  };
  std::vector<KnownData> of_slot(protocol.endpoints.size());
  for (std::size_t slot = 0; slot < of_slot.size(); ++slot) {
    if (protocol.by_visit(slot)) of_slot[slot].take_values(data, protocol, slot, known);
    if (protocol.kind[slot] == OutcomeKind::survival) of_slot[slot].take_times(data, slot, known);
  }
  simulator.know_counts(known);
  const bool ended_early = std::isfinite(known.months);
  const std::vector<double>& exposure = ended_early ? data.known_exposure : data.exposure;
  const std::vector<double>& count = ended_early ? data.known.count : data.observed.count;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < known.enrolled; ++i)
    for (std::size_t slot = 0; slot < protocol.endpoints.size(); ++slot) {
      const KnownData& here = of_slot[slot];
      if (protocol.kind[slot] == OutcomeKind::count) rows.push_back({i, slot, exposure[i], count[i]});
      if (protocol.kind[slot] == OutcomeKind::survival)
        rows.push_back({i, slot, here.time[i], static_cast<double>(here.event[i])});
      for (const std::size_t v : protocol.seen[slot])
        rows.push_back({i, slot, protocol.visits_months[v], here.values[v][i]});
    }
  const Columns column(table, rows);
  const auto of_patient = [](const auto& values) { return [&](const Row& row) { return values[row.patient]; }; };
  column("patient", "", "candidate number", of_patient(data.participants.patient));
  column("arm", "", protocol.design.design ? "arm of the first period" : "allocated arm",
         [&](const Row& row) { return protocol.design.arms[static_cast<std::size_t>(data.arm[row.patient])].name; });
  column("endpoint", "", "what was recorded", [&](const Row& row) { return protocol.endpoints[row.slot]; });
  column("visit", "months",
         "scheduled time since randomisation; time to the event or end of observation without visits", &Row::visit);
  column("value", "of the endpoint", "observed value, or 1 for an event and 0 for censoring; missing is NaN",
         &Row::value);
  if (std::any_of(of_slot.begin(), of_slot.end(), [](const KnownData& of) { return !of.competed.empty(); }))
    column("status", "", "1 for an event, 2 for another one after which it cannot happen, 0 for the end of observation",
           [&](const Row& row) {
             const KnownData& here = of_slot[row.slot];
             if (protocol.kind[row.slot] != OutcomeKind::survival) return missing;
             return !here.competed.empty() && here.competed[row.patient] ? 2.0 : row.value;
           });
  column("baseline", "of the endpoint", "value at baseline", [&](const Row& row) {
    return protocol.has_baseline[row.slot] ? data.participants.baseline[row.slot][row.patient] : missing;
  });
  column("randomised_months", "months", "calendar time of randomisation", of_patient(data.randomised_months));
  for (std::size_t c = 0; c < protocol.numeric.size(); ++c)
    column(protocol.numeric[c], "", "covariate at baseline", of_patient(data.participants.numeric[c]));
  for (std::size_t c = 0; c < protocol.factors.size(); ++c)
    column(column_of_factor(protocol, protocol.factors[c]), "", "covariate at baseline",
           [&](const Row& row) { return protocol.level_name(c, data.participants.factor[c][row.patient]); });
  if (protocol.endpoints.size() < 2 || !trial_->has_data_model()) return table;
  // All endpoints of the patient beside each other, for hierarchies.
  for (std::size_t slot = 0; slot < protocol.endpoints.size(); ++slot) {
    const std::string& name = protocol.endpoints[slot];
    if (!protocol.by_visit(slot)) {
      column(name + "_months", "months", "time to the event or end of observation", of_patient(of_slot[slot].time));
      column(name + "_event", "", "1 for an event, 0 for censoring",
             [&](const Row& row) { return static_cast<double>(of_slot[slot].event[row.patient]); });
    }
    for (const std::size_t v : protocol.seen[slot])
      column(name + "_" + shortest_text(protocol.visits_months[v]), "of the endpoint", "observed value at these months",
             of_patient(of_slot[slot].values[v]));
    if (protocol.has_baseline[slot])
      column(name + "_0", "of the endpoint", "value at baseline", of_patient(data.participants.baseline[slot]));
  }
  return table;
}

}  // namespace vcohort
