#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/sensitivity/movable_model.hpp"
#include "engine/sensitivity/sobol.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Parameters whose Sobol indices are found together: independent normals of the parameter draws.
struct SobolFactor {
  std::string name;
  std::vector<std::size_t> coordinates;  // places in ParameterDraws::coordinates()
};

/// The factors of a study: its groups, then "everything else" where anything is left. Indices are shares of variance
/// only for independent factors, so that what a joint prior correlates stays together, in the first group that has any
/// of it; so does a shared draw.
std::vector<SobolFactor> sobol_factors(const ParameterDraws&, const std::vector<EvppiGroup>& groups);

/// Variance-based sensitivity: which parameters the variance of the incremental net benefit comes from, over the laws
/// of all uncertain parameters, for the same patients at every point. One block evaluates one point of the design, with
/// each factor swapped in turn.
///
/// The design draws its shift at Purpose::sobol_shift, the intervals their resamples at Purpose::sobol_resample.
class SobolStage final : public PolicyStage {
 public:
  /// `evidence` has fixed prices where these are not to vary.
  SobolStage(MovableModel, const Evidence& evidence, const std::vector<EvppiGroup>& groups, std::int64_t points,
             std::uint64_t seed);

  std::string name() const override { return "sobol"; }
  std::int64_t blocks() const override { return factors_.empty() ? 0 : points_; }
  std::int64_t patients_in(std::int64_t) const override;
  std::size_t counts() const override { return 0; }
  std::size_t sums() const override { return static_cast<std::size_t>(blocks()) * sums_per_point(); }
  void simulate_block(std::int64_t block, TallyRegion) const override;
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;

 private:
  // Evaluations of a point: at a, at b, and at a with each factor from b.
  std::size_t evaluations() const { return factors_.size() + 2; }
  std::size_t sums_per_point() const { return evaluations() * model_.strategies.size() * 2; }
  void evaluate(const Eigen::RowVectorXd& at, std::size_t place, TallyRegion) const;
  double increment(std::size_t place, double k, std::size_t strategy, TallyView) const;
  SobolOutputs outputs(double k, std::size_t strategy, TallyView) const;

  MovableModel model_;
  ParameterDraws draws_;
  std::vector<SobolFactor> factors_;
  std::int64_t points_;
  std::uint64_t seed_;
  SobolDesign design_;  // a column for each coordinate
};

}  // namespace vcohort
