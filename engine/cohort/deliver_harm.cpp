#include "engine/cohort/cohort.hpp"
#include "engine/numeric/cluster_error.hpp"

namespace vcohort {

namespace {

using Layout = CohortLayout;

/// Children of a stratum under a strategy, and events among them.
class Children {
 public:
  Children(const Layout& layout, const StrataMap& strata, const Tally& tally, std::size_t strategy, std::size_t stratum)
      : layout_(layout),
        tally_(tally),
        leaves_(strata.strata()[stratum].leaves),
        strategy_(strategy),
        stratum_(stratum) {}

  double count(Layout::Child which) const {
    return over_leaves([&](std::size_t leaf) { return tally_.counts[layout_.child(strategy_, leaf, which)]; });
  }
  double events(std::size_t type, std::size_t grade, Layout::Event which) const {
    return over_leaves(
        [&](std::size_t leaf) { return tally_.counts[layout_.event(strategy_, leaf, type, grade, which)]; });
  }
  ClusterTotals share(Layout::Child which, Layout::ClusterChild squared, Layout::ClusterChild times_n) const {
    ClusterTotals totals = sizes();
    totals.total = count(which);
    totals.total_squared = layout_.uncertain() ? cluster_count(squared) : totals.total;
    totals.total_times_n = layout_.uncertain() ? cluster_count(times_n) : totals.total;
    return totals;
  }
  ClusterTotals per_child(std::size_t type, std::size_t grade) const {
    ClusterTotals totals = sizes();
    totals.total = events(type, grade, Layout::events);
    const auto of_clusters = [&](Layout::ClusterEvent which) {
      return static_cast<double>(tally_.counts[layout_.cluster_event(strategy_, stratum_, type, grade, which)]);
    };
    totals.total_squared =
        layout_.uncertain() ? of_clusters(Layout::event_total_squared) : events(type, grade, Layout::events_squared);
    totals.total_times_n = layout_.uncertain() ? of_clusters(Layout::event_total_times_n) : totals.total;
    return totals;
  }
  double days(std::size_t type) const {
    ExactSum total;
    for (std::size_t leaf : leaves_) total.add(tally_.sums[layout_.days(strategy_, leaf, type)]);
    return total.value();
  }

 private:
  ClusterTotals sizes() const {
    ClusterTotals totals;
    totals.n = count(Layout::children);
    totals.clusters = layout_.uncertain() ? cluster_count(Layout::child_clusters) : totals.n;
    totals.n_squared = layout_.uncertain() ? cluster_count(Layout::children_squared) : totals.n;
    return totals;
  }
  double cluster_count(Layout::ClusterChild which) const {
    return static_cast<double>(tally_.counts[layout_.cluster_child(strategy_, stratum_, which)]);
  }
  template <class Get>
  double over_leaves(const Get& get) const {
    std::int64_t total = 0;
    for (std::size_t leaf : leaves_) total += get(leaf);
    return static_cast<double>(total);
  }

  const Layout& layout_;
  const Tally& tally_;
  const std::vector<std::size_t>& leaves_;
  std::size_t strategy_, stratum_;
};

}  // namespace

Table Cohort::deliver_adverse_events(const Tally& tally) const {
  Table table{"/cohort/adverse_events",
              "Adverse events up to the last visit: one row per scenario, strategy, stratum, origin, type and grade "
              "that occurred, and one for any type",
              {}};
  std::vector<std::string> scenario, strategy, stratification, stratum_name, origin, type_name;
  std::vector<std::int64_t> grade_number, children_count, event_count;
  std::vector<double> per_child, per_child_mcse, mean_days;
  const auto append = [&](std::size_t s, std::size_t k, bool related) {
    const Stratum& stratum = strata_.strata()[k];
    const Children children(layout_, strata_, tally, related ? s : layout_.strategies(), k);
    if (children.count(Layout::children) == 0) return;
    for (std::size_t type = 0; type <= event_types; ++type)
      for (std::size_t grade = 0; grade < grades; ++grade) {
        const double events = children.events(type, grade, Layout::events);
        if (events == 0 && type < event_types) continue;
        const ClusterTotals mean = children.per_child(type, grade);
        scenario.push_back(evidence_.name);
        strategy.push_back(study_.strategies[s].name);
        stratification.push_back(stratum.stratification);
        stratum_name.push_back(stratum.name);
        origin.emplace_back(related ? "related" : "background");
        type_name.emplace_back(type < event_types ? name_of(static_cast<EventType>(type)) : "any");
        grade_number.push_back(static_cast<std::int64_t>(grade) + 1);
        children_count.push_back(static_cast<std::int64_t>(mean.n));
        event_count.push_back(static_cast<std::int64_t>(events));
        per_child.push_back(mean.mean());
        per_child_mcse.push_back(mean.mcse());
        double of_all_grades = 0;
        for (std::size_t g = 0; g < grades; ++g) of_all_grades += children.events(type, g, Layout::events);
        const bool known = related && type < event_types && of_all_grades > 0;
        mean_days.push_back(known ? children.days(type) / of_all_grades : std::numeric_limits<double>::quiet_NaN());
      }
  };
  for (std::size_t s = 0; s < layout_.strategies(); ++s)
    for (std::size_t k = 0; k < strata_.strata().size(); ++k)
      for (bool related : {true, false}) append(s, k, related);

  table.add<std::string>("scenario", "", "stance of the evidence") = scenario;
  table.add<std::string>("strategy", "", "what the patients receive") = strategy;
  table.add<std::string>("stratification", "", "which list of strata; empty for the overall stratum") = stratification;
  table.add<std::string>("stratum", "", "which patients") = stratum_name;
  table.add<std::string>("origin", "", "related to an infusion, or background: the same in every arm") = origin;
  table.add<std::string>("type", "", "type of event, or any") = type_name;
  table.add<std::int64_t>("grade", "", "1, 2, or 3 for grade 3 and more") = grade_number;
  table.add<std::int64_t>("n", "patients", "patients followed") = children_count;
  table.add<std::int64_t>("events", "events", "events among them") = event_count;
  table.add<double>("per_patient", "events per patient", "mean number of events") = per_child;
  table.add<double>("per_patient_mcse", "events per patient", "Monte Carlo standard error of that mean") =
      per_child_mcse;
  table.add<double>("mean_days", "days", "mean duration of related events of this type, all grades") = mean_days;
  return table;
}

Table Cohort::deliver_harm(const Tally& tally) const {
  Table table{"/cohort/harm",
              "Patients with a related adverse event up to the last visit: one row per scenario, strategy and stratum",
              {}};
  std::vector<std::string> scenario, strategy, stratification, stratum_name;
  std::vector<std::int64_t> n;
  std::vector<double> any, any_mcse, serious, serious_mcse;
  for (std::size_t s = 0; s < layout_.strategies(); ++s)
    for (std::size_t k = 0; k < strata_.strata().size(); ++k) {
      const Stratum& stratum = strata_.strata()[k];
      const Children children(layout_, strata_, tally, s, k);
      if (children.count(Layout::children) == 0) continue;
      const ClusterTotals with_event =
          children.share(Layout::with_event, Layout::with_event_squared, Layout::with_event_times_n);
      const ClusterTotals with_serious = children.share(Layout::with_serious_event, Layout::with_serious_event_squared,
                                                        Layout::with_serious_event_times_n);
      scenario.push_back(evidence_.name);
      strategy.push_back(study_.strategies[s].name);
      stratification.push_back(stratum.stratification);
      stratum_name.push_back(stratum.name);
      n.push_back(static_cast<std::int64_t>(with_event.n));
      any.push_back(with_event.mean());
      any_mcse.push_back(with_event.mcse());
      serious.push_back(with_serious.mean());
      serious_mcse.push_back(with_serious.mcse());
    }
  table.add<std::string>("scenario", "", "stance of the evidence") = scenario;
  table.add<std::string>("strategy", "", "what the patients receive") = strategy;
  table.add<std::string>("stratification", "", "which list of strata; empty for the overall stratum") = stratification;
  table.add<std::string>("stratum", "", "which patients") = stratum_name;
  table.add<std::int64_t>("n", "patients", "patients followed") = n;
  table.add<double>("any_share", "share", "patients with any related adverse event") = any;
  table.add<double>("any_share_mcse", "share", "Monte Carlo standard error of that share") = any_mcse;
  table.add<double>("serious_share", "share", "patients with a related adverse event of grade 3 or more") = serious;
  table.add<double>("serious_share_mcse", "share", "Monte Carlo standard error of that share") = serious_mcse;
  return table;
}

}  // namespace vcohort
