#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"
#include "engine/analysis/mmrm/covariance.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort::analysis {

enum class MmrmDegreesOfFreedom : std::uint8_t;

/// What a study tells a method beyond the dataset. Each method reads what its row in methods.hpp says that it takes.
struct Options {
  std::vector<CovarianceStructure> covariances;  // tried in this order
  bool covariance_by_arm = false;
  MmrmDegreesOfFreedom degrees_of_freedom{};
  AnalysisPlan::Firth firth{};
  AnalysisPlan::Limits limits{};
  std::vector<FlemingHarrington> weights;
  double horizon = 0;  // rmst, kaplan-meier, cumulative-incidence: the time up to which, or at which, in the unit of the times
  double against = 0;  // of one arm: the fixed value
};

/// A method: estimates of one dataset, one per contrast (contrasts.hpp). It knows neither hypothesis nor direction.
using Fit = void(const Dataset&, const Options&, const Inference&, Workspace&, std::span<Estimate> contrasts);

/// Compares one arm after the other with the reference.
template <class Compare>
void each_arm(std::span<Estimate> contrasts, Compare compare) {
  for (std::size_t k = 0; k < contrasts.size(); ++k) contrasts[k] = compare(static_cast<int>(k) + 1);
}

}  // namespace vcohort::analysis
