#include "engine/cohort/layout.hpp"

#include <algorithm>
#include <cmath>

#include "engine/therapy/adverse_events.hpp"

namespace vcohort {

namespace {

constexpr double score_resolution = 0.5;  // points: a bin of the histogram that quantiles are read from
constexpr std::size_t types_and_any = event_types + 1;

}  // namespace

CohortLayout::CohortLayout(std::size_t strategies, std::size_t visits, std::size_t leaves, std::size_t strata,
                           std::vector<Endpoint> endpoints, bool uncertain)
    : strategies_(strategies),
      visits_(visits),
      leaves_(leaves),
      strata_(strata),
      endpoints_(std::move(endpoints)),
      uncertain_(uncertain) {
  for (const Endpoint& endpoint : endpoints_) {
    const bool score = endpoint.kind == OutcomeKind::score;
    width_.push_back(score ? score_resolution : 1.0);
    // Categories get a bin of their own; the last bin of a score ends at its maximum.
    const double range = endpoint.maximum - endpoint.minimum + (score ? 0 : 1);
    bins_.push_back(std::max(1, static_cast<int>(std::ceil(range / width_.back()))));
    first_bin_.push_back(bins_per_strategy_);
    bins_per_strategy_ += static_cast<std::size_t>(bins_.back()) * visits_ * leaves_;
  }
  histograms_ = cells() * counts_per_cell;
  events_ = histograms_ + strategies_ * bins_per_strategy_;
  children_ = events_ + (strategies_ + 1) * leaves_ * types_and_any * grades * event_counts;
  number_of_counts_ = children_ + (strategies_ + 1) * leaves_ * child_counts;
  days_ = cells() * sums_per_cell;
  baseline_ = days_ + strategies_ * leaves_ * event_types;
  number_of_sums_ = baseline_ + endpoints_.size() * leaves_ * baseline_sums;
  if (!uncertain_) return;
  const std::size_t cluster_cells = strategies_ * endpoints_.size() * visits_ * strata_;
  cluster_counts_ = number_of_counts_;
  cluster_events_ = cluster_counts_ + cluster_cells * cluster_counts;
  cluster_children_ = cluster_events_ + (strategies_ + 1) * strata_ * types_and_any * grades * cluster_event_counts;
  number_of_counts_ = cluster_children_ + (strategies_ + 1) * strata_ * cluster_child_counts;
  cluster_sums_ = number_of_sums_;
  cluster_baseline_ = cluster_sums_ + cluster_cells * cluster_sums;
  number_of_sums_ = cluster_baseline_ + endpoints_.size() * strata_ * cluster_baseline_sums;
}

std::size_t CohortLayout::cell(std::size_t strategy, std::size_t endpoint, std::size_t visit, std::size_t leaf) const {
  return ((strategy * endpoints_.size() + endpoint) * visits_ + visit) * leaves_ + leaf;
}

std::size_t CohortLayout::histogram(std::size_t strategy, std::size_t endpoint, std::size_t visit,
                                    std::size_t leaf) const {
  return histograms_ + strategy * bins_per_strategy_ + first_bin_[endpoint] +
         (visit * leaves_ + leaf) * static_cast<std::size_t>(bins_[endpoint]);
}

std::size_t CohortLayout::event(std::size_t strategy, std::size_t leaf, std::size_t type, std::size_t grade,
                                Event which) const {
  return events_ + (((strategy * leaves_ + leaf) * types_and_any + type) * grades + grade) * event_counts + which;
}

std::size_t CohortLayout::child(std::size_t strategy, std::size_t leaf, Child which) const {
  return children_ + (strategy * leaves_ + leaf) * child_counts + which;
}

std::size_t CohortLayout::days(std::size_t strategy, std::size_t leaf, std::size_t type) const {
  return days_ + (strategy * leaves_ + leaf) * event_types + type;
}

std::size_t CohortLayout::cluster_cell(std::size_t strategy, std::size_t endpoint, std::size_t visit,
                                       std::size_t stratum) const {
  return ((strategy * endpoints_.size() + endpoint) * visits_ + visit) * strata_ + stratum;
}

std::size_t CohortLayout::cluster_event(std::size_t strategy, std::size_t stratum, std::size_t type, std::size_t grade,
                                        ClusterEvent which) const {
  return cluster_events_ +
         (((strategy * strata_ + stratum) * types_and_any + type) * grades + grade) * cluster_event_counts + which;
}

std::size_t CohortLayout::cluster_child(std::size_t strategy, std::size_t stratum, ClusterChild which) const {
  return cluster_children_ + (strategy * strata_ + stratum) * cluster_child_counts + which;
}

}  // namespace vcohort
