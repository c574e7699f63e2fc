#pragma once
#include <cstddef>
#include <span>

#include "engine/analysis/workspace.hpp"

namespace vcohort::analysis {

/// Means of several patients each, in clusters. Shapes: [cell] in the order of clusters, `design` row by row.
struct ClusterCells {
  std::span<const double> members = {}, mean = {};
  std::span<const double> design = {};  // [cell][column]
  std::span<const int> first = {};      // [cluster + 1]: where the cells of each cluster begin, and the end
  double squares_within = 0;            // of the patients about their cell's mean
  std::size_t columns = 0;

  std::size_t clusters() const { return first.size() - 1; }
};

/// The linear model y = x b + u + e, u normal with one value per cluster, e one per patient, by restricted maximum
/// likelihood: generalised least squares at the ratio var(u) / var(e) >= 0 where the derivative of the restricted
/// likelihood (Patterson and Thompson 1971) is 0, or at 0 where it falls from there on.
struct RandomInterceptFit {
  bool singular = false;  // the columns are not independent
  double ratio = 0;       // var(u) / var(e)
  double variance = 0;    // var(e)
  double estimate = 0;    // of the last column's coefficient, or the one that is asked for
  double se = 0;
  int iterations = 0;
};

/// `columns`: whose coefficients are wanted; `fits`: one for each. Uses the slots 0 to 3 of the workspace.
void fit_random_intercept(const ClusterCells&, std::span<const std::size_t> columns, Workspace&,
                          std::span<RandomInterceptFit> fits);

}  // namespace vcohort::analysis
