#pragma once
#include <cstddef>
#include <vector>

#include "engine/outcome/endpoint.hpp"

namespace vcohort {

/// Where each number of a cohort stands in its tally. Shapes, slowest index first:
///   cell      [strategy][endpoint][visit][leaf]
///   counts    per cell: n, responders, benefiting, harmed; the histogram of observed values, per cell [bin of the
///   endpoint];
///             events per [strategy, then background][leaf][type, then any][grade]; children per [strategy][leaf]
///   sums      per cell: observed, its square, increment, its square; days of related events, per
///             [strategy][leaf][type]; baseline and its square, per [endpoint][leaf]
///
/// The error of a mean is that of a ratio of cluster totals: with S over n children in cluster b, its variance is
/// sum (S_b - mean n_b)^2 / (sum n_b)^2 * B / (B - 1), for which S^2, n S and n^2 are summed. With fixed parameters a
/// cluster is a child, and these are the square, the sum and the count that are there anyway. With uncertain ones it is
/// a parameter draw: its leaves move together, so that squares of leaves do not add up to that of a stratum, and they
/// are kept per stratum, with `stratum` in place of `leaf`.
class CohortLayout {
 public:
  enum Count : std::size_t { patients, responders, benefiting, harmed, counts_per_cell };
  enum Sum : std::size_t { observed, observed_squares, increment, increment_squares, sums_per_cell };
  enum ClusterCount : std::size_t {
    clusters,
    n_squared,
    responders_squared,
    responders_times_n,
    benefiting_squared,
    benefiting_times_n,
    harmed_squared,
    harmed_times_n,
    cluster_counts
  };
  enum ClusterSum : std::size_t {
    observed_total_squared,
    observed_total_times_n,
    increment_total_squared,
    increment_total_times_n,
    cluster_sums
  };
  enum Event : std::size_t { events, events_squared, event_counts };  // squares of what each child had
  enum ClusterEvent : std::size_t { event_total_squared, event_total_times_n, cluster_event_counts };
  enum Child : std::size_t { children, with_event, with_serious_event, child_counts };
  enum ClusterChild : std::size_t {
    child_clusters,
    children_squared,
    with_event_squared,
    with_event_times_n,
    with_serious_event_squared,
    with_serious_event_times_n,
    cluster_child_counts
  };

  enum BaselineSum : std::size_t { baseline_total, baseline_squares, baseline_sums };
  enum ClusterBaselineSum : std::size_t { baseline_total_squared, baseline_total_times_n, cluster_baseline_sums };

  CohortLayout(std::size_t strategies, std::size_t visits, std::size_t leaves, std::size_t strata,
               std::vector<Endpoint> endpoints, bool uncertain);

  std::size_t cell(std::size_t strategy, std::size_t endpoint, std::size_t visit, std::size_t leaf) const;
  std::size_t count(std::size_t cell, Count which) const { return cell * counts_per_cell + which; }
  std::size_t sum(std::size_t cell, Sum which) const { return cell * sums_per_cell + which; }
  int bins(std::size_t endpoint) const { return bins_[endpoint]; }
  double bin_width(std::size_t endpoint) const { return width_[endpoint]; }
  std::size_t histogram(std::size_t strategy, std::size_t endpoint, std::size_t visit, std::size_t leaf) const;

  /// `type` runs to event_types: the last one is "any". Grades are 0..2. Background events have strategy =
  /// strategies().
  std::size_t event(std::size_t strategy, std::size_t leaf, std::size_t type, std::size_t grade, Event which) const;
  std::size_t child(std::size_t strategy, std::size_t leaf, Child which) const;
  std::size_t days(std::size_t strategy, std::size_t leaf, std::size_t type) const;
  std::size_t baseline(std::size_t endpoint, std::size_t leaf, BaselineSum which) const {
    return baseline_ + (endpoint * leaves_ + leaf) * baseline_sums + which;
  }

  // Only with uncertain parameters.
  std::size_t cluster_cell(std::size_t strategy, std::size_t endpoint, std::size_t visit, std::size_t stratum) const;
  std::size_t cluster_count(std::size_t cluster_cell, ClusterCount which) const {
    return cluster_counts_ + cluster_cell * cluster_counts + which;
  }
  std::size_t cluster_sum(std::size_t cluster_cell, ClusterSum which) const {
    return cluster_sums_ + cluster_cell * cluster_sums + which;
  }
  std::size_t cluster_event(std::size_t strategy, std::size_t stratum, std::size_t type, std::size_t grade,
                            ClusterEvent which) const;
  std::size_t cluster_child(std::size_t strategy, std::size_t stratum, ClusterChild which) const;
  std::size_t cluster_baseline(std::size_t endpoint, std::size_t stratum, ClusterBaselineSum which) const {
    return cluster_baseline_ + (endpoint * strata_ + stratum) * cluster_baseline_sums + which;
  }

  std::size_t strategies() const { return strategies_; }
  std::size_t visits() const { return visits_; }
  std::size_t leaves() const { return leaves_; }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  bool uncertain() const { return uncertain_; }
  std::size_t cells() const { return strategies_ * endpoints_.size() * visits_ * leaves_; }
  std::size_t number_of_counts() const { return number_of_counts_; }
  std::size_t number_of_sums() const { return number_of_sums_; }

 private:
  std::size_t strategies_, visits_, leaves_, strata_;
  std::vector<Endpoint> endpoints_;
  bool uncertain_;
  std::vector<int> bins_;
  std::vector<double> width_;
  std::vector<std::size_t> first_bin_;  // of each endpoint, within one strategy's histograms
  std::size_t bins_per_strategy_ = 0;
  std::size_t histograms_ = 0, events_ = 0, children_ = 0, days_ = 0, baseline_ = 0;
  std::size_t cluster_counts_ = 0, cluster_events_ = 0, cluster_children_ = 0, cluster_sums_ = 0, cluster_baseline_ = 0;
  std::size_t number_of_counts_ = 0, number_of_sums_ = 0;
};

}  // namespace vcohort
