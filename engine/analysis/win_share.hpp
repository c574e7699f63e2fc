#pragma once
#include <span>

namespace vcohort::analysis {

/// Patients of a stratum and the weight of its pairs, of weights that sum to one.
struct StratumOfPairs {
  double active = 0, reference = 0;
  double weight = 1;
};

struct WinShareInterval {
  double lower = 0, upper = 1;
};

/// Interval of P(Y_active > Y_reference) + P(equal)/2 that has a width where the arms do not overlap and where all
/// values tie: the shares within `critical` standard errors of the observed one, each with the standard error that it
/// would have itself, Newcombe's method 5 (2006, Statistics in Medicine 25:559),
///
///   V = share (1 - share) / (n m) [1 + ((n + m)/2 - 1) ((1 - share) / (2 - share) + share / (1 + share))],
///
/// over strata with squared weights.
WinShareInterval win_share_interval(double share, std::span<const StratumOfPairs> strata, double critical);

}  // namespace vcohort::analysis
