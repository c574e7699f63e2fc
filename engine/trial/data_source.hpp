#pragma once
#include <memory>

#include "engine/data_model/joint_outcomes.hpp"
#include "engine/trial/accrual.hpp"
#include "engine/trial/source.hpp"

namespace vcohort {

/// Patients of a data model: everybody is eligible, and nothing but the outcomes and their covariates is known of them.
class DataSourceModel final : public TrialModel {
 public:
  DataSourceModel(const Study&, const Protocol&);
  std::unique_ptr<TrialSource> source() const override;

 private:
  friend class DataSource;
  DataModel model_;
  JointOutcomes outcomes_;  // checked; copied by every source
  Protocol protocol_;
  AccrualProfile accrual_;  // which sites recruit depends on the day
};

}  // namespace vcohort
