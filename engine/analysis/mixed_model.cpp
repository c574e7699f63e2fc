#include "engine/analysis/mixed_model.hpp"

#include <algorithm>
#include <string>

#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort::analysis {
namespace {

constexpr std::size_t codes_slot = 0;

Failure kind_of(MmrmFailure failure) {
  switch (failure) {
    case MmrmFailure::none:
      return Failure::none;
    case MmrmFailure::too_few_patients:
      return Failure::too_few_patients;
    case MmrmFailure::no_variation:
      return Failure::no_variation;
    case MmrmFailure::not_estimable:
      return Failure::singular_design;
    case MmrmFailure::singular_covariance:
      return Failure::singular_covariance;
    case MmrmFailure::no_convergence:
      return Failure::no_convergence;
    case MmrmFailure::no_information:
      return Failure::no_information;
    case MmrmFailure::not_finite:
      return Failure::not_finite;
  }
  throw InternalError("a failure of the mixed model without a kind");
}

std::vector<std::string> numbered(int n) {
  std::vector<std::string> names;
  for (int k = 0; k < n; ++k) names.push_back(std::to_string(k));
  return names;
}

/// Calls `numeric` for every continuous covariate and `factor` for every categorical one, with whether it has a
/// coefficient by visit: the order of the model's covariates.
template <class Numeric, class Categorical>
void each_covariate(const Dataset& data, Numeric numeric, Categorical factor) {
  for (const auto& covariate : data.covariates) numeric(covariate, false);
  for (const Factor& of : data.factors) factor(of, false);
  for (const auto& covariate : data.covariates_by_visit) numeric(covariate, true);
  for (const Factor& of : data.factors_by_visit) factor(of, true);
}

MmrmModel model_of(const Dataset& data, const Options& options, const Inference& inference) {
  MmrmModel model;
  model.visits = numbered(data.visits);
  model.times.assign(data.times.begin(), data.times.end());
  model.arms = numbered(data.arms);
  each_covariate(
      data,
      [&](const auto&, bool by_visit) {
        model.covariates.push_back({"numeric", {}, by_visit});
      },
      [&](const Factor& factor, bool by_visit) {
        model.covariates.push_back({"factor", numbered(factor.levels), by_visit});
      });
  model.structures = options.covariances;
  model.covariance_per_arm = options.covariance_by_arm;
  model.degrees_of_freedom = options.degrees_of_freedom;
  model.level = inference.level;
  model.likelihood = inference.limits;
  return model;
}

}  // namespace

Estimate contrast_at(Mmrm& model, int visit, int arm, const Inference& inference) {
  const bool tested = inference.p_value || inference.limits;
  const MmrmContrast contrast = model.contrast(visit, arm, tested);
  const MmrmFit& fit = model.result();
  const Failure failure = kind_of(fit.ok() ? contrast.failure : fit.failure);
  if (failure != Failure::none) return failed(failure, fit.patients);
  Estimate estimate;
  estimate.patients = fit.patients;
  estimate.aliased = fit.aliased;
  estimate.fallback = fit.structure != model.model().structures.front();
  estimate.estimate = contrast.estimate;
  estimate.se = contrast.se;
  estimate.df = contrast.df;
  estimate.statistic = contrast.statistic;
  estimate.p = contrast.p;
  estimate.lower = contrast.lower;
  estimate.upper = contrast.upper;
  return estimate;
}

void fit_mixed_model(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                     std::span<Estimate> contrasts) {
  if (!workspace.mixed_model) workspace.mixed_model = std::make_unique<Mmrm>(model_of(data, options, inference));
  Mmrm& model = *workspace.mixed_model;
  const std::size_t n = data.arm.size();
  const auto columns = workspace.views(model.model().covariates.size());
  const auto codes = workspace.reals(codes_slot, n * (data.factors.size() + data.factors_by_visit.size()));
  std::size_t column = 0, used = 0;
  each_covariate(
      data, [&](const auto& covariate, bool) { columns[column++] = covariate; },
      [&](const Factor& factor, bool) {
        const auto values = codes.subspan(used, n);
        used += n;
        std::transform(factor.codes.begin(), factor.codes.end(), values.begin(),
                       [](int code) { return code < 0 ? unknown : static_cast<double>(code); });
        columns[column++] = values;
      });
  model.fit({data.arm, data.repeated, columns});
  each_arm(contrasts, [&](int arm) { return contrast_at(model, data.visit, arm, inference); });
}

}  // namespace vcohort::analysis
