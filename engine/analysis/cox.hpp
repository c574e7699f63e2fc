#pragma once
#include <span>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"

namespace vcohort::analysis {

struct CoxOptions {
  enum class Ties : std::uint8_t { efron, breslow } ties = Ties::efron;
  bool stratified = false;  // a baseline hazard of its own for every stratum
};

/// Cox's proportional hazards by maximum partial likelihood: arms, covariates and factors of the dataset.
///
/// `contrasts`, one per arm but the reference: log hazard ratio with its standard error from the observed information,
/// normal reference; below 0 when events are rarer in the arm. Failures: empty_arm; no_events; separation, for instance
/// when an arm has no event; singular_design; no_convergence; not_finite.
void cox(const Dataset& data, const CoxOptions& options, const Inference& inference, Workspace& workspace,
         std::span<Estimate> contrasts);

}  // namespace vcohort::analysis
