#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/data_model/joint_outcomes.hpp"
#include "engine/trial/accrual.hpp"
#include "engine/trial/source.hpp"

namespace vcohort {

/// With uncertain parameters the means of an arm move together by one normal per parameter draw; shape [arm], empty
/// where nothing moves.
std::vector<double> effect_shifts(const DataModel&, const Protocol&, std::uint32_t parameter_draw, bool uncertain);

/// Numbers the patients, or units, of a data model, all of whom are eligible.
void enrol_everybody(std::uint64_t first, std::int64_t patients, Participants&);

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
