#include "engine/cohort/cohort.hpp"
#include "engine/cohort/workspace.hpp"

// Totals of one parameter draw in every stratum: what the error of a mean is made of when parameters are uncertain.
namespace vcohort {

using Layout = CohortLayout;

void Cohort::add_clusters(std::size_t strategy, std::size_t endpoint, std::size_t visit, const Workspace& work,
                          Tally& tally) const {
  for (std::size_t k = 0; k < strata_.strata().size(); ++k) {
    TileSums sums;
    TileCounts counts;
    for (std::size_t leaf : strata_.strata()[k].leaves) {
      sums.observed += work.sums[leaf].observed;
      sums.increment += work.sums[leaf].increment;
      counts.n += work.counts[leaf].n;
      counts.responders += work.counts[leaf].responders;
      counts.benefiting += work.counts[leaf].benefiting;
      counts.harmed += work.counts[leaf].harmed;
    }
    if (counts.n == 0) continue;

    const std::size_t cell = layout_.cluster_cell(strategy, endpoint, visit, k);
    const auto n = static_cast<double>(counts.n);
    const auto add_share = [&](std::int64_t count, Layout::ClusterCount squared, Layout::ClusterCount times_n) {
      tally.counts[layout_.cluster_count(cell, squared)] += count * count;
      tally.counts[layout_.cluster_count(cell, times_n)] += count * counts.n;
    };
    ++tally.counts[layout_.cluster_count(cell, Layout::clusters)];
    tally.counts[layout_.cluster_count(cell, Layout::n_squared)] += counts.n * counts.n;
    add_share(counts.responders, Layout::responders_squared, Layout::responders_times_n);
    add_share(counts.benefiting, Layout::benefiting_squared, Layout::benefiting_times_n);
    add_share(counts.harmed, Layout::harmed_squared, Layout::harmed_times_n);
    tally.sums[layout_.cluster_sum(cell, Layout::observed_total_squared)].add(sums.observed * sums.observed);
    tally.sums[layout_.cluster_sum(cell, Layout::observed_total_times_n)].add(sums.observed * n);
    tally.sums[layout_.cluster_sum(cell, Layout::increment_total_squared)].add(sums.increment * sums.increment);
    tally.sums[layout_.cluster_sum(cell, Layout::increment_total_times_n)].add(sums.increment * n);
  }
}

void Cohort::add_baseline_clusters(std::size_t endpoint, const Workspace& work, Tally& tally) const {
  for (std::size_t k = 0; k < strata_.strata().size(); ++k) {
    double total = 0, n = 0;
    for (std::size_t leaf : strata_.strata()[k].leaves) {
      total += work.sums[leaf].observed;
      n += static_cast<double>(work.counts[leaf].n);
    }
    tally.sums[layout_.cluster_baseline(endpoint, k, Layout::baseline_total_squared)].add(total * total);
    tally.sums[layout_.cluster_baseline(endpoint, k, Layout::baseline_total_times_n)].add(total * n);
  }
}

void Cohort::add_event_clusters(std::size_t strategy, const Workspace& work, Tally& tally) const {
  for (std::size_t k = 0; k < strata_.strata().size(); ++k) {
    TileEvents sum;
    for (std::size_t leaf : strata_.strata()[k].leaves) {
      const TileEvents& events = work.events[leaf];
      sum.children += events.children;
      sum.with_event += events.with_event;
      sum.with_serious_event += events.with_serious_event;
      for (std::size_t type = 0; type <= event_types; ++type)
        for (std::size_t grade = 0; grade < grades; ++grade) sum.total[type][grade] += events.total[type][grade];
    }
    if (sum.children == 0) continue;

    const auto add = [&](Layout::ClusterChild which, std::int64_t count) {
      tally.counts[layout_.cluster_child(strategy, k, which)] += count;
    };
    add(Layout::child_clusters, 1);
    add(Layout::children_squared, sum.children * sum.children);
    add(Layout::with_event_squared, sum.with_event * sum.with_event);
    add(Layout::with_event_times_n, sum.with_event * sum.children);
    add(Layout::with_serious_event_squared, sum.with_serious_event * sum.with_serious_event);
    add(Layout::with_serious_event_times_n, sum.with_serious_event * sum.children);
    for (std::size_t type = 0; type <= event_types; ++type)
      for (std::size_t grade = 0; grade < grades; ++grade) {
        const std::int64_t total = sum.total[type][grade];
        tally.counts[layout_.cluster_event(strategy, k, type, grade, Layout::event_total_squared)] += total * total;
        tally.counts[layout_.cluster_event(strategy, k, type, grade, Layout::event_total_times_n)] +=
            total * sum.children;
      }
  }
}

}  // namespace vcohort
