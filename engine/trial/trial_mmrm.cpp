#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/numeric/errors.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

namespace {

using analysis::CovarianceStructure;
using analysis::MmrmDegreesOfFreedom;
using analysis::MmrmFailure;

constexpr std::array<std::pair<std::string_view, MmrmDegreesOfFreedom>, 5> degrees_of_freedom = {{
    {"satterthwaite", MmrmDegreesOfFreedom::satterthwaite},
    {"kenward-roger", MmrmDegreesOfFreedom::kenward_roger},
    {"kenward-roger-linear", MmrmDegreesOfFreedom::kenward_roger_linear},
    {"residual", MmrmDegreesOfFreedom::residual},
    {"normal", MmrmDegreesOfFreedom::normal},
}};

constexpr std::array<std::string_view, 7> covariances = {
    "unstructured", "toeplitz-heterogeneous", "ar1-heterogeneous", "compound-symmetry-heterogeneous", "toeplitz",
    "ar1",          "compound-symmetry"};  // in the order of CovarianceStructure

CovarianceStructure covariance_named(const std::string& name) {
  const auto found = std::find(covariances.begin(), covariances.end(), name);
  if (found == covariances.end())
    throw InvalidInput(
        explain("trial: unknown covariance '" + name + "'", "", "use unstructured, or one of the structures"));
  return static_cast<CovarianceStructure>(found - covariances.begin());
}

MmrmDegreesOfFreedom degrees_named(const std::string& name) {
  for (const auto& [text, df] : degrees_of_freedom)
    if (text == name) return df;
  throw InvalidInput(
      explain("trial: unknown degrees of freedom '" + name + "'", "", "use satterthwaite or kenward-roger"));
}

int failure_kind(MmrmFailure failure) {
  switch (failure) {
    case MmrmFailure::none:
      return static_cast<int>(analysis::Failure::none);
    case MmrmFailure::too_few_patients:
      return static_cast<int>(analysis::Failure::too_few_patients);
    case MmrmFailure::no_variation:
      return static_cast<int>(analysis::Failure::no_variation);
    case MmrmFailure::not_estimable:
      return static_cast<int>(analysis::Failure::singular_design);
    case MmrmFailure::singular_covariance:
      return static_cast<int>(TrialFailure::singular_covariance);
    case MmrmFailure::no_convergence:
      return static_cast<int>(analysis::Failure::no_convergence);
    case MmrmFailure::no_information:
      return static_cast<int>(TrialFailure::no_information);
    case MmrmFailure::not_finite:
      return static_cast<int>(analysis::Failure::not_finite);
  }
  throw InternalError("a failure of the mixed model without a kind");
}

/// The estimate as the other methods give it; a failure that they do not know stands as no_convergence there, and as
/// itself in TrialResult.
analysis::Estimate estimate_of(const analysis::MmrmContrast& contrast, int patients) {
  analysis::Estimate estimate;
  const int kind = failure_kind(contrast.failure);
  estimate.failure =
      kind < analysis::failure_kinds ? static_cast<analysis::Failure>(kind) : analysis::Failure::no_convergence;
  estimate.patients = patients;
  if (!estimate.ok()) return estimate;
  estimate.estimate = contrast.estimate;
  estimate.se = contrast.se;
  estimate.df = contrast.df;
  estimate.statistic = contrast.statistic;
  estimate.p = contrast.p;
  estimate.lower = contrast.lower;
  estimate.upper = contrast.upper;
  return estimate;
}

}  // namespace

void TrialAnalysis::make_mixed_model() {
  analysis::MmrmModel model;
  for (double months : protocol_.visits_months) model.visits.push_back(std::to_string(months));
  for (std::size_t a = 0; a < protocol_.arms(); ++a) model.arms.push_back("arm " + std::to_string(a));
  const auto add = [&](const std::string& name, bool by_visit) {
    analysis::MmrmCovariate covariate{name, {}, by_visit};
    if (is_categorical(name))
      for (int level = 0; level < protocol_.levels[protocol_.factor_at(name)]; ++level)
        covariate.levels.push_back(std::to_string(level));
    model.covariates.push_back(covariate);
  };
  for (const std::string& name : plan_.adjust) add(name, false);
  for (const std::string& name : plan_.adjust_by_visit) add(name, true);
  model.structures = {covariance_named(plan_.covariance)};
  for (const std::string& name : plan_.fallback) model.structures.push_back(covariance_named(name));
  model.covariance_per_arm = plan_.covariance_by_arm;
  model.degrees_of_freedom = degrees_named(plan_.df);
  model.level = inference_.level;
  mixed_model_ = std::make_unique<analysis::Mmrm>(model);
}

void TrialAnalysis::fit_mixed_model(const TrialData& data, std::size_t n, analysis::Workspace& workspace,
                                    std::span<TrialResult> results) {
  const std::size_t visits = protocol_.visits_months.size();
  const std::span<const double> baseline = std::span(data.participants.baseline[slot_]).first(n);
  outcomes_.resize(visits * n);
  for (std::size_t v = 0; v < visits; ++v) {
    const double* value = data.observed.values[slot_ * visits + v].data();
    double* out = outcomes_.data() + v * n;
    if (plan_.change_from_baseline)
      for (std::size_t i = 0; i < n; ++i) out[i] = value[i] - baseline[i];
    else
      std::copy_n(value, n, out);
  }
  covariates_.clear();
  for (const auto* names : {&plan_.adjust, &plan_.adjust_by_visit})
    for (const std::string& name : *names) {
      if (name == "baseline") {
        covariates_.push_back(baseline);
      } else if (is_categorical(name)) {
        const std::size_t place = protocol_.factor_at(name);
        factor_values_[place].assign(data.participants.factor[place].begin(),
                                     data.participants.factor[place].begin() + static_cast<std::ptrdiff_t>(n));
        covariates_.push_back(factor_values_[place]);
      } else {
        covariates_.push_back(std::span(data.participants.numeric[protocol_.numeric_at(name)]).first(n));
      }
    }
  const analysis::MmrmFit& fit = mixed_model_->fit({std::span(data.arm).first(n), outcomes_, covariates_});
  std::array<int, 64> kinds{};
  for (std::size_t k = 0; k < results.size(); ++k) {
    const analysis::MmrmContrast contrast = mixed_model_->contrast(static_cast<int>(visit_), static_cast<int>(k) + 1);
    kinds.at(k) = failure_kind(fit.ok() ? contrast.failure : fit.failure);
    results[k].estimate = estimate_of(contrast, fit.patients);
  }
  decide(workspace, results);
  for (std::size_t k = 0; k < results.size(); ++k) results[k].failure = kinds.at(k);
}

}  // namespace vcohort
