#include <limits>
#include <span>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/cluster_error.hpp"

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

/// The columns that say what a row is about.
struct RowNames {
  explicit RowNames(Table& table) {
    table.add<std::string>("scenario", "", "stance of the evidence");
    table.add<std::string>("strategy", "", "what the patients receive");
    table.add<std::string>("stratification", "", "which list of strata; empty for the overall stratum");
    table.add<std::string>("stratum", "", "which patients");
  }
  static void append(Table& table, const std::string& scenario, const std::string& strategy, const Stratum& stratum) {
    const std::string* texts[] = {&scenario, &strategy, &stratum.stratification, &stratum.name};
    for (std::size_t k = 0; k < std::size(texts); ++k)
      std::get<std::vector<std::string>>(table.columns[k].values).push_back(*texts[k]);
  }
};

/// Appends one number to each of the columns from `first` on.
void append_numbers(Table& table, std::size_t first, std::span<const double> numbers) {
  for (std::size_t k = 0; k < numbers.size(); ++k)
    std::get<std::vector<double>>(table.columns.at(first + k).values).push_back(numbers[k]);
}

}  // namespace

std::vector<Table> Cohort::deliver(const Tally& tally) const {
  return {deliver_summary(tally), deliver_increments(tally), deliver_adverse_events(tally), deliver_harm(tally)};
}

Table Cohort::deliver_summary(const Tally& tally) const {
  Table table{"/cohort/summary",
              "Observed outcomes of every strategy: one row per scenario, strategy, stratum, endpoint and visit",
              {}};
  RowNames names(table);
  table.add<std::string>("endpoint", "", "what was recorded");
  table.add<double>("visit_months", "months", "time since baseline");
  table.add<std::int64_t>("n", "patients", "patients with a value");
  const std::size_t first = table.columns.size();
  table.add<double>("mean", "of the endpoint", "mean observed value");
  table.add<double>("mean_mcse", "of the endpoint", "Monte Carlo standard error of the mean");
  table.add<double>("sd", "of the endpoint", "standard deviation between patients");
  table.add<double>("p05", "of the endpoint", "5 % quantile, from a histogram with bins of 0.5 points");
  table.add<double>("p25", "of the endpoint", "25 % quantile, likewise");
  table.add<double>("p50", "of the endpoint", "median, likewise");
  table.add<double>("p75", "of the endpoint", "75 % quantile, likewise");
  table.add<double>("p95", "of the endpoint", "95 % quantile, likewise");
  table.add<double>(
      "responder_share", "share",
      "observed change of GMFM-66 above expectation reaches the MCID of the GMFCS level; missing for other endpoints");
  table.add<double>("responder_share_mcse", "share", "Monte Carlo standard error of that share");
  table.add<double>("sum", "of the endpoint", "sum of observed values");
  table.add<double>("sum_of_squares", "of the endpoint, squared", "sum of their squares");
  for (std::size_t s = 0; s < layout_.strategies(); ++s)
    for (std::size_t k = 0; k < strata_.strata().size(); ++k)
      for (std::size_t e = 0; e < layout_.endpoints().size(); ++e)
        for (std::size_t v = 0; v < layout_.visits(); ++v) {
          const StratumCell cell(layout_, strata_, tally, s, k, e, v);
          const double n = cell.count(Layout::patients);
          if (n == 0) continue;
          const bool has_mcid = layout_.endpoints()[e].measure == Measure::motor_score;
          const ClusterTotals mean = cell.mean(Layout::observed, Layout::observed_squares,
                                               Layout::observed_total_squared, Layout::observed_total_times_n);
          const ClusterTotals responders =
              cell.share(Layout::responders, Layout::responders_squared, Layout::responders_times_n);
          RowNames::append(table, evidence_.name, study_.strategies[s].name, strata_.strata()[k]);
          std::get<std::vector<std::string>>(table.columns[first - 3].values).emplace_back(layout_.endpoints()[e].name);
          std::get<std::vector<double>>(table.columns[first - 2].values).push_back(study_.outcomes.visits_months[v]);
          std::get<std::vector<std::int64_t>>(table.columns[first - 1].values).push_back(static_cast<std::int64_t>(n));
          const double numbers[] = {mean.mean(),
                                    mean.mcse(),
                                    cell.sd(Layout::observed, Layout::observed_squares),
                                    cell.quantile(0.05),
                                    cell.quantile(0.25),
                                    cell.quantile(0.5),
                                    cell.quantile(0.75),
                                    cell.quantile(0.95),
                                    has_mcid ? responders.mean() : missing,
                                    has_mcid ? responders.mcse() : missing,
                                    cell.sum(Layout::observed),
                                    cell.sum(Layout::observed_squares)};
          append_numbers(table, first, numbers);
        }
  return table;
}

Table Cohort::deliver_increments(const Tally& tally) const {
  Table table{"/cohort/increments",
              "Latent outcome of each strategy minus that of the reference in the same patient (counterfactual twins): "
              "one row per scenario, strategy, stratum, endpoint and visit",
              {}};
  RowNames names(table);
  table.add<std::string>("endpoint", "", "what was recorded");
  table.add<double>("visit_months", "months", "time since baseline");
  table.add<std::int64_t>("n", "patients", "pairs of twins");
  const std::size_t first = table.columns.size();
  table.add<double>("mean", "of the endpoint", "mean increment, strategy - reference");
  table.add<double>("mcse", "of the endpoint", "Monte Carlo standard error of the mean increment");
  table.add<double>("sd", "of the endpoint", "standard deviation of the increment between patients");
  table.add<double>("benefit_share", "share",
                    "latent increment of GMFM-66 reaches the MCID of the GMFCS level; missing for other endpoints");
  table.add<double>("benefit_share_mcse", "share", "Monte Carlo standard error of that share");
  table.add<double>("harm_share", "share",
                    "latent increment of GMFM-66 is at or below minus the MCID; missing for other endpoints");
  table.add<double>("harm_share_mcse", "share", "Monte Carlo standard error of that share");
  table.add<double>("sum", "of the endpoint", "sum of increments");
  table.add<double>("sum_of_squares", "of the endpoint, squared", "sum of their squares");
  for (std::size_t s = 0; s < layout_.strategies(); ++s) {
    if (static_cast<int>(s) == study_.cohort->reference) continue;
    for (std::size_t k = 0; k < strata_.strata().size(); ++k)
      for (std::size_t e = 0; e < layout_.endpoints().size(); ++e)
        for (std::size_t v = 0; v < layout_.visits(); ++v) {
          const StratumCell cell(layout_, strata_, tally, s, k, e, v);
          const double n = cell.count(Layout::patients);
          if (n == 0) continue;
          const bool has_mcid = layout_.endpoints()[e].measure == Measure::motor_score;
          const ClusterTotals mean = cell.mean(Layout::increment, Layout::increment_squares,
                                               Layout::increment_total_squared, Layout::increment_total_times_n);
          const ClusterTotals benefit =
              cell.share(Layout::benefiting, Layout::benefiting_squared, Layout::benefiting_times_n);
          const ClusterTotals harm = cell.share(Layout::harmed, Layout::harmed_squared, Layout::harmed_times_n);
          RowNames::append(table, evidence_.name, study_.strategies[s].name, strata_.strata()[k]);
          std::get<std::vector<std::string>>(table.columns[first - 3].values).emplace_back(layout_.endpoints()[e].name);
          std::get<std::vector<double>>(table.columns[first - 2].values).push_back(study_.outcomes.visits_months[v]);
          std::get<std::vector<std::int64_t>>(table.columns[first - 1].values).push_back(static_cast<std::int64_t>(n));
          const double numbers[] = {mean.mean(),
                                    mean.mcse(),
                                    cell.sd(Layout::increment, Layout::increment_squares),
                                    has_mcid ? benefit.mean() : missing,
                                    has_mcid ? benefit.mcse() : missing,
                                    has_mcid ? harm.mean() : missing,
                                    has_mcid ? harm.mcse() : missing,
                                    cell.sum(Layout::increment),
                                    cell.sum(Layout::increment_squares)};
          append_numbers(table, first, numbers);
        }
  }
  return table;
}

}  // namespace vcohort
