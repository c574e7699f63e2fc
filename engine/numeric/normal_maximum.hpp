#pragma once
#include <array>

namespace vcohort {

/// Correlations of at most `most_correlated` standard normal variables, row by row; positive semidefinite up to
/// rounding, singular ones included.
inline constexpr int most_correlated = 4;
using Correlations = std::array<std::array<double, most_correlated>, most_correlated>;

/// P(the largest of the first `size` variables > c). Relative error below 1e-7 where three of them determine the
/// fourth, else below 1e-5, and 1e-7 of probabilities above 0.001; the same bits everywhere.
///
/// With x standard normal in as many dimensions as the rank, the variables are a_k'x of unit vectors a_k, and what is
/// asked for lies outside of a polytope. In three dimensions the divergence theorem leaves a sum over its faces: within
/// the cone over a face at distance d, whose boundary as seen from the origin is at the angle theta,
///
///   P = integral over the direction of [Q(d) - cos(theta) Q(d / cos(theta))] / (2 pi),   Q the upper tail,
///
/// smooth along each edge: Gauss and Legendre's rule has some 1e-8 of it in 10 us. A fourth dimension is integrated
/// from kink to kink, which takes a hundred times as long.
double chance_that_largest_exceeds(const Correlations&, int size, double c);

/// The same of their absolute values.
double chance_that_largest_size_exceeds(const Correlations&, int size, double c);

}  // namespace vcohort
