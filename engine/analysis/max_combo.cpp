#include "engine/analysis/max_combo.hpp"

#include <cmath>

#include "engine/analysis/weighted_logrank.hpp"
#include "engine/numeric/normal_maximum.hpp"

namespace vcohort::analysis {
namespace {

static_assert(most_weights <= most_correlated);

/// The weights that count anywhere.
struct Counting {
  std::array<std::size_t, most_weights> weight{};
  std::size_t count = 0;
};

Counting counting(const WeightedSums& sums, std::size_t weights) {
  Counting found;
  for (std::size_t k = 0; k < weights; ++k)
    if (sums.covariance[k][k] > 0) found.weight[found.count++] = k;
  return found;
}

Correlations correlations(const WeightedSums& sums, const Counting& counting) {
  Correlations correlation{};
  for (std::size_t a = 0; a < counting.count; ++a)
    for (std::size_t b = 0; b < counting.count; ++b) {
      const std::size_t i = counting.weight[a], j = counting.weight[b];
      correlation[a][b] = a == b ? 1 : sums.covariance[i][j] / std::sqrt(sums.covariance[i][i] * sums.covariance[j][j]);
    }
  return correlation;
}

}  // namespace

Estimate max_combo(const Dataset& data, int arm, std::span<const FlemingHarrington> weights, const Inference& inference,
                   Workspace& workspace) {
  const WeightedSums sums = weighted_sums(data, arm, weights, workspace);
  if (sums.failure != Failure::none) return failed(sums.failure, sums.patients);
  const Counting those = counting(sums, weights.size());
  if (those.count == 0) return undetermined(sums.patients);
  const double toward = inference.toward;
  const auto height = [&](std::size_t k) {
    return toward == 0 ? std::fabs(sums.statistic(k)) : toward * sums.statistic(k);
  };
  std::size_t largest = those.weight[0];
  for (std::size_t k = 1; k < those.count; ++k)
    if (height(those.weight[k]) > height(largest)) largest = those.weight[k];
  Estimate result = wald(sums.log_hazard_ratio(largest), sums.standard_error(largest), normal_df, sums.patients,
                         inference, workspace);
  if (!result.ok()) return result;
  const Correlations correlation = correlations(sums, those);
  const int size = static_cast<int>(those.count);
  result.reference = Reference::exact;
  result.chosen = static_cast<int>(largest);
  result.p = unknown;
  if (toward == 0)
    result.p = chance_that_largest_size_exceeds(correlation, size, height(largest));
  else
    (toward > 0 ? result.p_greater : result.p_less) = chance_that_largest_exceeds(correlation, size, height(largest));
  return result;
}

void fit_max_combo(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                   std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return max_combo(data, arm, options.weights, inference, workspace); });
}

}  // namespace vcohort::analysis
