#include "engine/data_model/residual_variance.hpp"

#include "engine/data_model/correlation.hpp"
#include "engine/data_model/covariate_law.hpp"

namespace vcohort {

namespace {

/// Each coefficient's variable; nothing for that of the baseline.
std::vector<CovariateTerms> variables_of(const DataModel& model, const std::vector<std::size_t>& covariates) {
  std::vector<CovariateTerms> variables;
  for (const std::size_t c : covariates) {
    const DataCovariate& covariate = model.covariates[c];
    const std::size_t first = covariate.is_normal() ? 0 : 1;
    const std::size_t size = covariate.is_normal() ? 1 : covariate.levels.size();
    for (std::size_t level = first; level < size; ++level) {
      CovariateTerms terms(model.covariates.size());
      terms[c].assign(size, 0.0);
      terms[c][level] = 1;
      variables.push_back(terms);
    }
  }
  return variables;
}

double rounding_of(const DataCovariate& covariate) {
  if (!covariate.decimals) return 0;
  double step = 1;
  for (int k = 0; k < *covariate.decimals; ++k) step /= 10;
  return step * step / 12;
}

/// Which covariates the law must know: those that are asked for, and those that do something.
std::vector<bool> that_count(const DataModel& model, const std::vector<std::size_t>& covariates,
                             const std::vector<CovariateTerms>& effects) {
  std::vector<bool> counts(model.covariates.size());
  for (const std::size_t c : covariates) counts[c] = true;
  for (const CovariateTerms& terms : effects)
    for (std::size_t c = 0; c < terms.size(); ++c) counts[c] = counts[c] || !terms[c].empty();
  return counts;
}

}  // namespace

std::optional<Residual> residual_after(const DataModel& model, std::size_t a, std::size_t visit, bool baseline,
                                       const std::vector<std::size_t>& covariates, double rounding) {
  for (const std::size_t c : covariates)
    if (model.covariates[c].is_site()) return std::nullopt;
  const DataModel::DataArm& arm = model.arms[a];
  std::vector<std::size_t> visits{visit};
  if (baseline) visits.insert(visits.begin(), 0);
  std::vector<CovariateTerms> effects;
  for (const std::size_t v : visits) effects.push_back(covariate_terms(model, a, v));
  const std::vector<bool> counts = that_count(model, covariates, effects);
  constexpr std::size_t most_correlated = 2;
  if (CovariateLaw::correlated_levels(model, counts) > most_correlated) return std::nullopt;
  const CovariateLaw law(model, counts);
  const std::vector<CovariateTerms> variables = variables_of(model, covariates);
  const std::size_t known = variables.size(), size = known + visits.size();
  std::vector<std::vector<double>> covariance(size, std::vector<double>(size));
  const auto put = [&](std::size_t k, std::size_t m, double value) { covariance[k][m] = covariance[m][k] = value; };
  for (std::size_t k = 0; k < known; ++k)
    for (std::size_t m = 0; m <= k; ++m) put(k, m, law.covariance(variables[k], variables[m]));
  for (std::size_t k = 0, c = 0; c < covariates.size(); ++c) {
    const DataCovariate& covariate = model.covariates[covariates[c]];
    covariance[k][k] += rounding_of(covariate);
    k += covariate.is_normal() ? 1 : covariate.levels.size() - 1;
  }
  for (std::size_t i = 0; i < visits.size(); ++i) {
    for (std::size_t k = 0; k < known; ++k) put(known + i, k, law.covariance(effects[i], variables[k]));
    for (std::size_t j = 0; j <= i; ++j) {
      const double rho = i == j ? 1 : model.correlation.empty() ? 0 : model.correlation[visits[i]][visits[j]];
      put(known + i, known + j, rho * arm.sd[visits[i]] * arm.sd[visits[j]] + (i == j ? rounding : 0.0));
    }
  }
  const double last = covariance_factor(covariance).back().back();
  return Residual{last * last, static_cast<int>(size) - 1};
}

}  // namespace vcohort
