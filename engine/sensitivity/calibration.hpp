#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/table.hpp"
#include "engine/sensitivity/reweight.hpp"

namespace vcohort {

/// The evidence in which only the named parameters are uncertain; the others stay at their values. Draw d of it gives
/// the named ones what draw d of the whole evidence would give them.
/// Each of them is known, has a law of moments (normal, log-normal, beta, uniform or Bernoulli) and a draw of its own.
Evidence moving_only(Evidence, std::span<const std::string> parameters);

/// Draws of some parameters, shape [parameter][draw]: draw d is that of ParameterDraws.
std::vector<std::vector<double>> draws_of(const Evidence&, std::span<const std::string> parameters, std::uint64_t seed,
                                          std::int64_t draws);

/// Effective sample size below which reweighted draws are not made into evidence: 50, and 25 for every parameter that
/// moves, so that a mean has an error of at most a tenth of an SD or so and a correlation one of about 0.1.
double smallest_effective_sample_size(std::size_t parameters);

/// Evidence whose moved parameters follow the reweighted draws: value, and the law within its family, from weighted
/// moments (log-normals on the logarithm; truncation bounds are kept); correlations as a joint prior. What a joint
/// prior said about a moved and an unmoved parameter is kept as far as the whole stays a correlation matrix. `history`
/// becomes the end of each moved parameter's source.
/// @throws NumericalFailure where the effective sample size is too small or the Pareto shape 0.7 or more
Evidence refit(Evidence, std::span<const std::string> parameters, const std::vector<std::vector<double>>& draws,
               const ImportanceWeights&, const std::string& history);

/// Parameters before and after: mean, SD and quantiles of the draws, unweighted and weighted.
Table calibrated_parameters(std::span<const std::string> parameters, const std::vector<std::vector<double>>& draws,
                            const ImportanceWeights&);

/// Predictive fit before and after: each target beside the mean and SD of what the draws simulate, and its distance in
/// SDs of draws and target together.
Table calibrated_fit(std::span<const Target>, const std::vector<std::vector<double>>& simulated,
                     const ImportanceWeights&);

}  // namespace vcohort
