#pragma once
#include <vector>

#include "engine/replication/figure.hpp"

namespace vcohort {

/// The patients behind one side of a figure, those that were observed: shape [patient].
struct FigureSample {
  std::vector<double> value;     // the quantity of the figure
  std::vector<double> baseline;  // of the endpoint
};

/// The figure from the patients of its arms, and of those that it is taken against where it compares. NaN where it is
/// not defined: nobody was observed, or a divisor is zero. Quantiles interpolate between order statistics (type 7 of
/// Hyndman & Fan 1996); an SD divides by n - 1. Sorts the samples. Not for `adjusted_mean` and `severe_share`, which
/// need more than the two samples.
double figure_of(const PublishedFigure&, FigureSample& arms, FigureSample& versus);

/// Type 7 quantile of a sample, which it sorts; NaN when empty.
double sample_quantile(std::vector<double>& sample, double p);

}  // namespace vcohort
