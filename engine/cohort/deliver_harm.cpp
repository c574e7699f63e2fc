#include "engine/cohort/cohort.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"

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
  struct Row {
    std::size_t strategy, stratum;
    bool related;
    std::size_t type, grade;
    Children children;

    double events() const { return children.events(type, grade, Layout::events); }
    ClusterTotals per_child() const { return children.per_child(type, grade); }
    double mean_days() const {
      double of_all_grades = 0;
      for (std::size_t g = 0; g < grades; ++g) of_all_grades += children.events(type, g, Layout::events);
      const bool known = related && type < event_types && of_all_grades > 0;
      return known ? children.days(type) / of_all_grades : std::numeric_limits<double>::quiet_NaN();
    }
  };
  std::vector<Row> rows;
  for (std::size_t s = 0; s < layout_.strategies(); ++s)
    for (std::size_t k = 0; k < strata_.strata().size(); ++k)
      for (const bool related : {true, false}) {
        const Children children(layout_, strata_, tally, related ? s : layout_.strategies(), k);
        if (children.count(Layout::children) == 0) continue;
        for (std::size_t type = 0; type <= event_types; ++type)
          for (std::size_t grade = 0; grade < grades; ++grade)
            if (type == event_types || children.events(type, grade, Layout::events) > 0)
              rows.push_back({s, k, related, type, grade, children});
      }
  Table table{"/cohort/adverse_events",
              "Adverse events up to the last visit: one row per scenario, strategy, stratum, origin, type and grade "
              "that occurred, and one for any type",
              {}};
  const Columns column(table, rows);
  name_rows(column);
  column("origin", "", "related to an infusion, or background: the same in every arm",
         [](const Row& row) { return row.related ? "related" : "background"; });
  column("type", "", "type of event, or any",
         [](const Row& row) { return row.type < event_types ? name_of(static_cast<EventType>(row.type)) : "any"; });
  column("grade", "", "1, 2, or 3 for grade 3 and more", [](const Row& row) { return row.grade + 1; });
  column("n", "patients", "patients followed",
         [](const Row& row) { return static_cast<std::int64_t>(row.children.count(Layout::children)); });
  column("events", "events", "events among them",
         [](const Row& row) { return static_cast<std::int64_t>(row.events()); });
  column("per_patient", "events per patient", "mean number of events",
         [](const Row& row) { return row.per_child().mean(); });
  column("per_patient_mcse", "events per patient", "Monte Carlo standard error of that mean",
         [](const Row& row) { return row.per_child().mcse(); });
  column("mean_days", "days", "mean duration of related events of this type, all grades", &Row::mean_days);
  return table;
}

Table Cohort::deliver_harm(const Tally& tally) const {
  struct Row {
    std::size_t strategy, stratum;
    Children children;
  };
  std::vector<Row> rows;
  for (std::size_t s = 0; s < layout_.strategies(); ++s)
    for (std::size_t k = 0; k < strata_.strata().size(); ++k)
      if (const Children children(layout_, strata_, tally, s, k); children.count(Layout::children) > 0)
        rows.push_back({s, k, children});
  Table table{"/cohort/harm",
              "Patients with a related adverse event up to the last visit: one row per scenario, strategy and stratum",
              {}};
  const Columns column(table, rows);
  name_rows(column);
  column("n", "patients", "patients followed",
         [](const Row& row) { return static_cast<std::int64_t>(row.children.count(Layout::children)); });
  const auto share = [&](const std::string& name, const char* text, auto... which) {
    const auto of = [=](const Row& row) { return row.children.share(which...); };
    column(name, "share", text, [&](const Row& row) { return of(row).mean(); });
    column(name + "_mcse", "share", "Monte Carlo standard error of that share",
           [&](const Row& row) { return of(row).mcse(); });
  };
  share("any_share", "patients with any related adverse event", Layout::with_event, Layout::with_event_squared,
        Layout::with_event_times_n);
  share("serious_share", "patients with a related adverse event of grade 3 or more", Layout::with_serious_event,
        Layout::with_serious_event_squared, Layout::with_serious_event_times_n);
  return table;
}

}  // namespace vcohort
