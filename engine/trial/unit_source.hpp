#pragma once
#include <memory>

#include "engine/data_model/cluster_outcomes.hpp"
#include "engine/data_model/data_model.hpp"
#include "engine/trial/source.hpp"

namespace vcohort {

/// Units of a data model that are randomised to something else than one arm each: patients who cross over, and
/// clusters. The arm of a unit, as observe() and evaluate() take it, is what it was randomised to: the arm of the first
/// period of a crossover, the arm of a cluster, the group of clusters of a stepped wedge.
///
/// Rows of observed values: [visit] of a crossover, [visit][member] of clusters, with NaN where a cluster has fewer
/// members.
class UnitModel final : public TrialModel {
 public:
  UnitModel(const Study&, const Protocol&);
  std::unique_ptr<TrialSource> source() const override;

 private:
  friend class CrossoverSource;
  friend class ClusterSource;
  DataModel model_;
  Protocol protocol_;
  std::vector<int> arms_;  // of the data model, [arm]
};

}  // namespace vcohort
