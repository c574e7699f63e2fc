#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/random/address.hpp"

namespace vcohort {

/// Two independent sets of points in the open unit cube, and all that lies between them: the design of Saltelli et al.,
/// Computer Physics Communications 181 (2010) 259-270. A model is evaluated at every row of a and b, and at the rows of
/// a with one column from b, for each column: points x (factors + 2) evaluations.
struct SobolDesign {
  Eigen::MatrixXd a, b;  // [point][factor], uniform on (0, 1)

  Eigen::Index points() const { return a.rows(); }
  Eigen::Index factors() const { return a.cols(); }
  /// a with column `factor` from b [point][factor].
  Eigen::MatrixXd swapped(Eigen::Index factor) const;
};

/// The first points of Sobol's low-discrepancy sequence in 2 x factors dimensions (Boost.Random, directions of Joe and
/// Kuo), moved by a random shift modulo 1, so that every point is uniform and estimates are unbiased. The shift draws
/// two words per dimension at `shift`. Powers of two are the best numbers of points. Throws InternalError for no point,
/// no factor, or more than 1,800 factors.
SobolDesign sobol_design(Eigen::Index points, Eigen::Index factors, std::uint64_t seed, const Address& shift);

/// What a model gave on a design.
struct SobolOutputs {
  Eigen::VectorXd a, b;     // [point]
  Eigen::MatrixXd swapped;  // [point][factor]
};

/// Evaluates a model at every point of a design, point after point, in which the points of one row stay together.
SobolOutputs evaluate(const SobolDesign&, const std::function<double(const Eigen::RowVectorXd&)>& model);

/// An estimated share of variance with its bootstrap error. NaN where the output does not vary.
struct SobolIndex {
  double value = 0;
  double mcse = 0;
  double lower = 0, upper = 0;  // confidence interval, by percentiles
};

struct SobolIndices {
  double mean = 0;
  double variance = 0;
  std::vector<SobolIndex> first;  // [factor] variance that is gone, on average, once the factor is known
  std::vector<SobolIndex> total;  // [factor] variance that is left, on average, when all others are known
};

/// How the errors are found: rows of the design are drawn with replacement. Resample r draws one word per point at
/// occasion r of `draws`. Points of a low-discrepancy sequence are more even than a bootstrap believes: the interval is
/// wider than needed rather than narrower.
struct SobolBootstrap {
  int resamples = 1000;
  double confidence = 0.95;
  std::uint64_t seed = 0;
  Address draws;
};

/// First-order indices mean(b (swapped_i - a)) / V (Saltelli et al. 2010) and total indices mean((a - swapped_i)^2) /
/// (2 V) (Jansen, Computer Physics Communications 117 (1999) 35-43), all outputs taken about their common mean, V the
/// variance of a and b together. Throws InternalError for shapes that do not agree, outputs that are not finite, fewer
/// than two points or resamples, more than 65,536 resamples or 262,144 points.
SobolIndices sobol_indices(const SobolOutputs&, const SobolBootstrap&);

}  // namespace vcohort
