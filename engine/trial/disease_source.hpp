#pragma once
#include <memory>
#include <vector>

#include "engine/evidence/values.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "engine/trial/crossover.hpp"
#include "engine/trial/source.hpp"

namespace vcohort {

/// Children of the disease model: screened by eligibility, with the gain that every arm of a trial has.
class DiseaseModel final : public TrialModel {
 public:
  DiseaseModel(const Study&, const Evidence&, const Protocol&);
  std::unique_ptr<TrialSource> source() const override;

 private:
  friend class DiseaseSource;
  struct Parameters;  // of one draw, with every arm made ready

  Study study_;
  Protocol protocol_;
  ParameterDraws draws_;
  ParameterValues points_;
  bool stoppable_ = false;  // an intercurrent event may end the treatment of a patient
};

}  // namespace vcohort
