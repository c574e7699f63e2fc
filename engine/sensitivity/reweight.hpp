#pragma once
#include <span>
#include <string>
#include <vector>

namespace vcohort {

/// A number that parameter draws should come near to: a published figure with its standard error.
struct Target {
  std::string name;
  double value = 0;
  double se = 0;  // positive
};

/// Importance weights of parameter draws, and whether they can be trusted.
struct ImportanceWeights {
  std::vector<double> weight;        // [draw]; sum to one
  double effective_sample_size = 0;  // Kish: 1 / sum of squares
  double largest = 0;                // the largest weight
  double pareto_k = 0;               // shape of the tail of the weights; NaN where there are too few different ones
};

/// Weights proportional to the likelihood of the targets, each normal about what the draw simulates:
/// exp(-1/2 sum ((value - simulated) / se)^2). `simulated` has shape [target][draw]; a draw without a number has weight
/// zero.
/// @throws NumericalFailure when no draw has a weight
ImportanceWeights importance_weights(std::span<const Target>, const std::vector<std::vector<double>>& simulated);

/// Shape of the generalised Pareto distribution of the largest weights (Vehtari et al. 2024, with the estimator of
/// Zhang & Stephens 2009 and its weak prior at 1/2 worth ten draws): below 0.7 weighted means are reliable. The tail
/// are the min(n / 5, 3 sqrt n) largest. NaN where the tail has fewer than five weights or they do not differ.
double pareto_shape(std::vector<double> weights);

/// What a weighted sample says.
struct WeightedSummary {
  double mean = 0, sd = 0;
  double lower = 0, median = 0, upper = 0;  // 2.5, 50 and 97.5 %: the smallest value that has this share below or at it
};
WeightedSummary weighted_summary(std::span<const double> values, std::span<const double> weights);

/// Pearson's correlation of a weighted sample; zero where one of the two does not vary.
double weighted_correlation(std::span<const double> x, std::span<const double> y, std::span<const double> weights);

}  // namespace vcohort
