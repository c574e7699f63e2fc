#include "engine/cohort/cohort.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"

namespace vcohort {

namespace {

using Layout = CohortLayout;

/// What the first assessment recorded of an endpoint in a stratum; the children are those of any strategy.
struct Row {
  std::size_t stratum, endpoint;
  ClusterTotals totals;
  double squares = 0;
};

Row row_of(const Layout& layout, const Stratum& stratum, const Tally& tally, std::size_t k, std::size_t endpoint) {
  constexpr std::size_t any_strategy = 0;
  const auto children = [&](Layout::ClusterChild which) {
    return static_cast<double>(tally.counts[layout.cluster_child(any_strategy, k, which)]);
  };
  const auto cluster_sum = [&](Layout::ClusterBaselineSum which) {
    return tally.sums[layout.cluster_baseline(endpoint, k, which)].value();
  };
  ExactSum total, squares;
  std::int64_t n = 0;
  for (const std::size_t leaf : stratum.leaves) {
    n += tally.counts[layout.child(any_strategy, leaf, Layout::children)];
    total.add(tally.sums[layout.baseline(endpoint, leaf, Layout::baseline_total)]);
    squares.add(tally.sums[layout.baseline(endpoint, leaf, Layout::baseline_squares)]);
  }
  Row row{k, endpoint, {}, squares.value()};
  ClusterTotals& of = row.totals;
  of.n = static_cast<double>(n);
  of.total = total.value();
  of.clusters = layout.uncertain() ? children(Layout::child_clusters) : of.n;
  of.n_squared = layout.uncertain() ? children(Layout::children_squared) : of.n;
  of.total_squared = layout.uncertain() ? cluster_sum(Layout::baseline_total_squared) : row.squares;
  of.total_times_n = layout.uncertain() ? cluster_sum(Layout::baseline_total_times_n) : of.total;
  return row;
}

}  // namespace

Table Cohort::deliver_baseline(const Tally& tally) const {
  Table table{
      "/cohort/baseline",
      "What the first assessment recorded, before any strategy: one row per scenario, stratum and endpoint that "
      "is a score",
      {}};
  std::vector<Row> rows;
  for (std::size_t k = 0; k < strata_.strata().size(); ++k)
    for (std::size_t e = 0; e < layout_.endpoints().size(); ++e) {
      if (layout_.endpoints()[e].kind != OutcomeKind::score) continue;
      const Row row = row_of(layout_, strata_.strata()[k], tally, k, e);
      if (row.totals.n > 0) rows.push_back(row);
    }
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return evidence_.name; });
  column("stratification", "", "which list of strata; empty for the overall stratum",
         [&](const Row& row) { return strata_.strata()[row.stratum].stratification; });
  column("stratum", "", "which patients", [&](const Row& row) { return strata_.strata()[row.stratum].name; });
  column("endpoint", "", "what was recorded", [&](const Row& row) { return layout_.endpoints()[row.endpoint].name; });
  column("n", "patients", "patients, the same under every strategy",
         [](const Row& row) { return static_cast<std::int64_t>(row.totals.n); });
  column("mean", "of the endpoint", "mean observed value", [](const Row& row) { return row.totals.mean(); });
  column("mean_mcse", "of the endpoint", "Monte Carlo standard error of the mean",
         [](const Row& row) { return row.totals.mcse(); });
  column("sd", "of the endpoint", "standard deviation between patients",
         [](const Row& row) { return standard_deviation(row.totals.n, row.totals.total, row.squares); });
  return table;
}

}  // namespace vcohort
