#include "engine/analysis/long_data/mixed_model.hpp"

#include <algorithm>
#include <span>

#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

using analysis::CovarianceStructure;

/// The names of a study stand in the order of the enum.
template <class Enum, std::size_t Size>
Enum named(const std::array<std::string_view, Size>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw InternalError("no choice of the mixed model is called " + name);
  return static_cast<Enum>(found - names.begin());
}

analysis::MmrmModel model_of(const LongData& data, const AnalysisPlan& plan, double level) {
  analysis::MmrmModel model;
  model.visits = data.visits;
  model.arms = data.arms;
  const auto add = [&](const std::string& name, bool by_visit) {
    analysis::MmrmCovariate covariate{name, {}, by_visit};
    for (const auto& known : data.covariates)
      if (known.name == name) covariate.levels = known.levels;
    model.covariates.push_back(covariate);
  };
  for (const std::string& name : plan.adjust) add(name, false);
  for (const std::string& name : plan.adjust_by_visit) add(name, true);
  model.structures = {named<CovarianceStructure>(covariance_names, plan.covariance)};
  for (const std::string& name : plan.fallback)
    model.structures.push_back(named<CovarianceStructure>(covariance_names, name));
  model.covariance_per_arm = plan.covariance_by_arm;
  model.degrees_of_freedom = named<analysis::MmrmDegreesOfFreedom>(df_names, plan.df);
  model.level = level;
  return model;
}

Table covariance_table(const LongData& data, const analysis::Mmrm& model) {
  Table table{"/analysis/covariance", "Covariance of the outcomes between visits", {}};
  std::vector<std::string> group, row, column;
  std::vector<double> covariance;
  const int groups = model.model().covariance_per_arm ? static_cast<int>(data.arms.size()) : 1;
  for (int g = 0; g < groups; ++g) {
    const Eigen::MatrixXd sigma = model.covariance(g);
    for (Eigen::Index i = 0; i < sigma.rows(); ++i)
      for (Eigen::Index j = 0; j < sigma.cols(); ++j) {
        group.push_back(groups > 1 ? data.arms[static_cast<std::size_t>(g)] : "all");
        row.push_back(data.visits[static_cast<std::size_t>(i)]);
        column.push_back(data.visits[static_cast<std::size_t>(j)]);
        covariance.push_back(sigma(i, j));
      }
  }
  table.add<std::string>("group", "", "arm, or all") = group;
  table.add<std::string>("visit", "", "visit") = row;
  table.add<std::string>("other_visit", "", "visit") = column;
  table.add<double>("covariance", "of the outcome, squared", "their covariance") = covariance;
  return table;
}

}  // namespace

DataAnalysis fit_mixed_model(const LongData& data, const AnalysisPlan& plan, const analysis::Hypothesis& hypothesis) {
  const std::size_t n = data.patients.size();
  const std::size_t primary = data.visit_named(plan.visit);
  std::vector<double> outcome = data.value;
  if (plan.change_from_baseline)
    for (std::size_t k = 0; k < outcome.size(); ++k) outcome[k] -= data.baseline[k % n];
  std::vector<std::span<const double>> covariates;
  for (const auto* names : {&plan.adjust, &plan.adjust_by_visit})
    for (const std::string& name : *names) {
      if (name == "baseline") {
        covariates.emplace_back(data.baseline);
        continue;
      }
      for (const auto& known : data.covariates)
        if (known.name == name) covariates.emplace_back(known.values);
    }

  analysis::Mmrm model(model_of(data, plan, analysis::interval_level(hypothesis)));
  const analysis::MmrmFit& fit = model.fit({data.arm, outcome, covariates});
  if (!fit.ok())
    throw NumericalFailure(explain("the mixed model gives no estimate", analysis::name_of(fit.failure),
                                   "declare a simpler covariance in trial.primary.fallback, or look at the data"));
  DataAnalysis found;
  found.contrasts = contrast_table();
  found.method = "mmrm, " + std::string(covariance_names[static_cast<std::size_t>(fit.structure)]) + ", " + plan.df;
  found.measure = "mean difference";
  found.patients = n;
  found.analysed = static_cast<std::size_t>(fit.patients);
  found.minus_two_log_likelihood = fit.minus_two_log_likelihood;
  found.covariance = covariance_table(data, model);
  if (fit.aliased > 0)
    found.notes.push_back(std::to_string(fit.aliased) +
                          " columns of the design were dropped: earlier ones determine them");
  if (fit.without_outcome > 0)
    found.notes.push_back(std::to_string(fit.without_outcome) + " patients without any outcome were left out");
  if (fit.without_covariate > 0)
    found.notes.push_back(std::to_string(fit.without_covariate) + " patients without a covariate were left out");
  for (const analysis::MmrmAttempt& attempt : fit.attempts)
    if (attempt.failure != analysis::MmrmFailure::none)
      found.notes.push_back(std::string(covariance_names[static_cast<std::size_t>(attempt.structure)]) +
                            " failed: " + analysis::name_of(attempt.failure));

  analysis::Workspace workspace;
  for (std::size_t v = 0; v < data.visits.size(); ++v)
    for (std::size_t a = 1; a < data.arms.size(); ++a) {
      const analysis::MmrmContrast contrast = model.contrast(static_cast<int>(v), static_cast<int>(a));
      double p = contrast.p;
      if (contrast.failure == analysis::MmrmFailure::none) {
        const analysis::Estimate estimate =
            analysis::wald(contrast.estimate, contrast.se, contrast.df, fit.patients,
                           {analysis::interval_level(hypothesis), true, true}, workspace);
        p = analysis::decide(estimate, hypothesis, workspace).p;
      } else {
        if (v == primary)
          throw NumericalFailure(explain("the primary contrast of " + data.arms[a] + " cannot be estimated",
                                         analysis::name_of(contrast.failure), "look at the data"));
        found.notes.push_back(data.arms[a] + " at " + data.visits[v] + ": " + analysis::name_of(contrast.failure));
      }
      append_contrast(
          found.contrasts, data.arms[a] + " - " + data.arms[0], data.visits[v], v == primary,
          {contrast.estimate, contrast.se, contrast.df, contrast.statistic, p, contrast.lower, contrast.upper});
    }
  return found;
}

}  // namespace vcohort
