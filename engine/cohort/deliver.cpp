#include <limits>
#include <optional>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/study/reported_strata.hpp"

namespace vcohort {

namespace {

using Layout = CohortLayout;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// One cell of a stratum: its leaves added up, exactly.
class StratumCell {
 public:
  StratumCell(const Layout& layout, const StrataMap& strata, const Tally& tally, std::size_t strategy,
              std::size_t stratum, std::size_t endpoint, std::size_t visit)
      : layout_(layout),
        tally_(tally),
        stratum_(strata.strata()[stratum]),
        strategy_(strategy),
        endpoint_(endpoint),
        visit_(visit),
        cluster_cell_(layout.cluster_cell(strategy, endpoint, visit, stratum)) {}

  double count(Layout::Count which) const {
    return over_leaves([&](std::size_t cell) { return tally_.counts[layout_.count(cell, which)]; });
  }
  double sum(Layout::Sum which) const {
    return exact([&](std::size_t cell) -> const ExactSum& { return tally_.sums[layout_.sum(cell, which)]; });
  }
  double sd(Layout::Sum total, Layout::Sum squares) const {
    return standard_deviation(count(Layout::patients), sum(total), sum(squares));
  }

  ClusterTotals mean(Layout::Sum total, Layout::Sum squares, Layout::ClusterSum squared,
                     Layout::ClusterSum times_n) const {
    ClusterTotals totals = sizes();
    totals.total = sum(total);
    totals.total_squared = layout_.uncertain() ? cluster_sum(squared) : sum(squares);
    totals.total_times_n = layout_.uncertain() ? cluster_sum(times_n) : totals.total;
    return totals;
  }
  ClusterTotals share(Layout::Count which, Layout::ClusterCount squared, Layout::ClusterCount times_n) const {
    ClusterTotals totals = sizes();
    totals.total = count(which);
    totals.total_squared = layout_.uncertain() ? cluster_count(squared) : totals.total;
    totals.total_times_n = layout_.uncertain() ? cluster_count(times_n) : totals.total;
    return totals;
  }

  ClusterTotals mean_increment() const {
    return mean(Layout::increment, Layout::increment_squares, Layout::increment_total_squared,
                Layout::increment_total_times_n);
  }
  /// Of scores without a minimal clinically important difference nothing.
  ClusterTotals benefit() const {
    if (!has_mcid()) return {};
    return share(Layout::benefiting, Layout::benefiting_squared, Layout::benefiting_times_n);
  }
  /// The children of this cell as a share of those of a cell that holds them. Clusters of that are equally large, but
  /// for one at most, whose difference is left out of the error.
  ClusterTotals share_of(const StratumCell& whole) const {
    ClusterTotals totals = whole.sizes();
    totals.total = count(Layout::patients);
    totals.total_squared = layout_.uncertain() ? cluster_count(Layout::n_squared) : totals.total;
    totals.total_times_n = totals.n > 0 ? totals.total * totals.n_squared / totals.n : 0.0;
    return totals;
  }

  bool has_mcid() const { return layout_.endpoints()[endpoint_].measure == Measure::motor_score; }

  /// Quantile of the observed values out of the histogram, interpolated inside a bin of a score.
  double quantile(double p) const {
    const auto bins = static_cast<std::size_t>(layout_.bins(endpoint_));
    const Endpoint& endpoint = layout_.endpoints()[endpoint_];
    const double wanted = p * count(Layout::patients);
    double below = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
      double inside = 0;
      for (std::size_t leaf : stratum_.leaves)
        inside += static_cast<double>(tally_.counts[layout_.histogram(strategy_, endpoint_, visit_, leaf) + bin]);
      if (inside > 0 && below + inside >= wanted) {
        const double within = endpoint.kind == OutcomeKind::score ? (wanted - below) / inside : 0.0;
        return endpoint.minimum + layout_.bin_width(endpoint_) * (static_cast<double>(bin) + within);
      }
      below += inside;
    }
    return missing;
  }

 private:
  ClusterTotals sizes() const {
    ClusterTotals totals;
    totals.n = count(Layout::patients);
    totals.clusters = layout_.uncertain() ? cluster_count(Layout::clusters) : totals.n;
    totals.n_squared = layout_.uncertain() ? cluster_count(Layout::n_squared) : totals.n;
    return totals;
  }
  double cluster_count(Layout::ClusterCount which) const {
    return static_cast<double>(tally_.counts[layout_.cluster_count(cluster_cell_, which)]);
  }
  double cluster_sum(Layout::ClusterSum which) const {
    return tally_.sums[layout_.cluster_sum(cluster_cell_, which)].value();
  }
  template <class Get>
  double over_leaves(const Get& get) const {
    std::int64_t total = 0;
    for (std::size_t leaf : stratum_.leaves) total += get(layout_.cell(strategy_, endpoint_, visit_, leaf));
    return static_cast<double>(total);
  }
  template <class Get>
  double exact(const Get& get) const {
    ExactSum total;
    for (std::size_t leaf : stratum_.leaves) total.add(get(layout_.cell(strategy_, endpoint_, visit_, leaf)));
    return total.value();
  }

  const Layout& layout_;
  const Tally& tally_;
  const Stratum& stratum_;
  std::size_t strategy_, endpoint_, visit_, cluster_cell_;
};

struct Row {
  std::size_t strategy, stratum, endpoint, visit;
  StratumCell cell;

  /// A share that is counted for scores with a minimal clinically important difference only.
  template <class... Which>
  ClusterTotals share(Which... which) const {
    return cell.has_mcid() ? cell.share(which...) : ClusterTotals{};
  }
};

/// The cells that have patients; without one strategy.
std::vector<Row> rows_of(const Layout& layout, const StrataMap& strata, const Tally& tally,
                         std::optional<std::size_t> without = {}) {
  std::vector<Row> rows;
  for (std::size_t s = 0; s < layout.strategies(); ++s)
    for (std::size_t k = 0; s != without && k < strata.strata().size(); ++k)
      for (std::size_t e = 0; e < layout.endpoints().size(); ++e)
        for (std::size_t v = 0; v < layout.visits(); ++v)
          if (const StratumCell cell(layout, strata, tally, s, k, e, v); cell.count(Layout::patients) > 0)
            rows.push_back({s, k, e, v, cell});
  return rows;
}

/// A share and its error.
template <class Column, class... Which>
void share(const Column& column, const std::string& name, const char* text, Which... which) {
  column(name, "share", text, [=](const Row& row) { return row.share(which...).mean(); });
  column(name + "_mcse", "share", "Monte Carlo standard error of that share",
         [=](const Row& row) { return row.share(which...).mcse(); });
}

}  // namespace

std::vector<Table> Cohort::deliver(const Tally& tally) const {
  std::vector<Table> tables{deliver_baseline(tally), deliver_summary(tally), deliver_increments(tally),
                            deliver_adverse_events(tally), deliver_harm(tally)};
  if (!strategies_with_eligibility(study_).empty()) tables.push_back(deliver_eligible(tally));
  return tables;
}

template <class Column>
void Cohort::name_cells(const Column& column, const char* patients) const {
  name_rows(column);
  column("endpoint", "", "what was recorded", [&](const Row& row) { return layout_.endpoints()[row.endpoint].name; });
  column("visit_months", "months", "time since baseline",
         [&](const Row& row) { return study_.outcomes.visits_months[row.visit]; });
  column("n", "patients", patients,
         [](const Row& row) { return static_cast<std::int64_t>(row.cell.count(Layout::patients)); });
}

Table Cohort::deliver_summary(const Tally& tally) const {
  Table table{"/cohort/summary",
              "Observed outcomes of every strategy: one row per scenario, strategy, stratum, endpoint and visit",
              {}};
  const std::vector<Row> rows = rows_of(layout_, strata_, tally);
  const Columns column(table, rows);
  const auto mean = [](const Row& row) {
    return row.cell.mean(Layout::observed, Layout::observed_squares, Layout::observed_total_squared,
                         Layout::observed_total_times_n);
  };
  const auto quantile = [](double p) { return [=](const Row& row) { return row.cell.quantile(p); }; };
  name_cells(column, "patients with a value");
  column("mean", "of the endpoint", "mean observed value", [&](const Row& row) { return mean(row).mean(); });
  column("mean_mcse", "of the endpoint", "Monte Carlo standard error of the mean",
         [&](const Row& row) { return mean(row).mcse(); });
  column("sd", "of the endpoint", "standard deviation between patients",
         [](const Row& row) { return row.cell.sd(Layout::observed, Layout::observed_squares); });
  column("p05", "of the endpoint", "5 % quantile, from a histogram with bins of 0.5 points", quantile(0.05));
  column("p25", "of the endpoint", "25 % quantile, likewise", quantile(0.25));
  column("p50", "of the endpoint", "median, likewise", quantile(0.5));
  column("p75", "of the endpoint", "75 % quantile, likewise", quantile(0.75));
  column("p95", "of the endpoint", "95 % quantile, likewise", quantile(0.95));
  share(column, "responder_share",
        "observed change of GMFM-66 above expectation reaches the MCID of the GMFCS level; missing for other endpoints",
        Layout::responders, Layout::responders_squared, Layout::responders_times_n);
  column("sum", "of the endpoint", "sum of observed values",
         [](const Row& row) { return row.cell.sum(Layout::observed); });
  column("sum_of_squares", "of the endpoint, squared", "sum of their squares",
         [](const Row& row) { return row.cell.sum(Layout::observed_squares); });
  return table;
}

Table Cohort::deliver_increments(const Tally& tally) const {
  Table table{"/cohort/increments",
              "Latent outcome of each strategy minus that of the reference in the same patient (counterfactual twins): "
              "one row per scenario, strategy, stratum, endpoint and visit",
              {}};
  const std::vector<Row> rows = rows_of(layout_, strata_, tally, order_.front());
  const Columns column(table, rows);
  name_cells(column, "pairs of twins");
  column("mean", "of the endpoint", "mean increment, strategy - reference",
         [](const Row& row) { return row.cell.mean_increment().mean(); });
  column("mcse", "of the endpoint", "Monte Carlo standard error of the mean increment",
         [](const Row& row) { return row.cell.mean_increment().mcse(); });
  column("sd", "of the endpoint", "standard deviation of the increment between patients",
         [](const Row& row) { return row.cell.sd(Layout::increment, Layout::increment_squares); });
  share(column, "benefit_share",
        "latent increment of GMFM-66 reaches the MCID of the GMFCS level; missing for other endpoints",
        Layout::benefiting, Layout::benefiting_squared, Layout::benefiting_times_n);
  share(column, "harm_share", "latent increment of GMFM-66 is at or below minus the MCID; missing for other endpoints",
        Layout::harmed, Layout::harmed_squared, Layout::harmed_times_n);
  column("sum", "of the endpoint", "sum of increments", [](const Row& row) { return row.cell.sum(Layout::increment); });
  column("sum_of_squares", "of the endpoint, squared", "sum of their squares",
         [](const Row& row) { return row.cell.sum(Layout::increment_squares); });
  return table;
}

Table Cohort::deliver_eligible(const Tally& tally) const {
  struct EligibleRow {
    std::size_t strategy, endpoint, visit;
    ClusterTotals share;
    StratumCell eligible, all;
  };
  std::vector<EligibleRow> rows;
  for (const std::size_t s : strategies_with_eligibility(study_)) {
    const std::size_t stratum = strata_.stratum_of_eligible(eligible_name(study_, *study_.strategies[s].eligibility));
    for (std::size_t e = 0; s != order_.front() && e < layout_.endpoints().size(); ++e)
      for (std::size_t v = 0; v < layout_.visits(); ++v) {
        const StratumCell all(layout_, strata_, tally, s, 0, e, v);
        const StratumCell eligible(layout_, strata_, tally, s, stratum, e, v);
        rows.push_back({s, e, v, eligible.share_of(all), eligible, all});
      }
  }
  Table table{"/cohort/eligible",
              "What a strategy that is not for everybody does to the children who may have it, beside what it does on "
              "average over all children, of whom the others have usual care; only of studies with an eligibility",
              {}};
  const Columns column(table, rows);
  const auto increment = [&](const std::string& suffix, const std::string& whom, auto cell) {
    column("mean" + suffix, "of the endpoint", "mean increment, strategy - reference, " + whom,
           [=](const EligibleRow& row) { return (row.*cell).mean_increment().mean(); });
    column("mcse" + suffix, "of the endpoint", "Monte Carlo standard error of it",
           [=](const EligibleRow& row) { return (row.*cell).mean_increment().mcse(); });
  };
  column("scenario", "", "stance of the evidence", evidence_.name);
  column("strategy", "", "that is not for everybody",
         [&](const EligibleRow& row) { return study_.strategies[row.strategy].name; });
  column("endpoint", "", "what was recorded",
         [&](const EligibleRow& row) { return layout_.endpoints()[row.endpoint].name; });
  column("visit_months", "months", "time since baseline",
         [&](const EligibleRow& row) { return study_.outcomes.visits_months[row.visit]; });
  column("n", "patients", "pairs of twins who are eligible",
         [](const EligibleRow& row) { return static_cast<std::int64_t>(row.share.total); });
  column("share", "share", "of all pairs of twins who are eligible",
         [](const EligibleRow& row) { return row.share.mean(); });
  column("share_mcse", "share", "Monte Carlo standard error of it",
         [](const EligibleRow& row) { return row.share.mcse(); });
  increment("", "within the eligible", &EligibleRow::eligible);
  column("benefit_share", "share", "of the eligible whose latent increment of GMFM-66 reaches the MCID of the level",
         [](const EligibleRow& row) { return row.eligible.benefit().mean(); });
  column("benefit_share_mcse", "share", "Monte Carlo standard error of it",
         [](const EligibleRow& row) { return row.eligible.benefit().mcse(); });
  increment("_all", "over all children", &EligibleRow::all);
  return table;
}

}  // namespace vcohort
