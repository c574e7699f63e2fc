#include "engine/analysis/methods.hpp"

#include <algorithm>

namespace vcohort::analysis {

const Method* find_method(std::string_view name) {
  const auto* found =
      std::find_if(methods.begin(), methods.end(), [name](const Method& method) { return method.name == name; });
  return found == methods.end() ? nullptr : found;
}

double horizon_of(const AnalysisPlan& plan, const Method& method) {
  switch (method.horizon) {
    case Method::Horizon::tau:
      return plan.tau_months;
    case Method::Horizon::at:
      return plan.at_months;
    case Method::Horizon::none:
      break;
  }
  return 0;
}

void fit_t_or_ancova(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                     std::span<Estimate> contrasts) {
  const bool adjusts = !data.covariates.empty() || !data.factors.empty();
  (adjusts ? fit_ancova : fit_t)(data, options, inference, workspace, contrasts);
}

Method::Units randomised_units(const TrialQuestion& trial) {
  using Units = Method::Units;
  if (!trial.design) return Units::patients;
  switch (trial.design->kind) {
    case UnitDesign::Kind::crossover:
      return Units::periods;
    case UnitDesign::Kind::cluster:
      return Units::clusters;
    case UnitDesign::Kind::stepped_wedge:
      break;
  }
  return Units::steps;
}

}  // namespace vcohort::analysis
