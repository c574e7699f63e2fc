#pragma once
#include <span>
#include <vector>

#include "engine/data_model/covariate_law.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// What covariates do to the outcomes of a data model, eta the sum of their effects in an arm at a visit:
///
///   normal           y_v = mean_v + (eta_v - E eta_v) + the rest, whose covariance is the stated one less that of eta:
///                    means, SDs and correlations of an arm are those of all patients
///   binary, ordinal  log odds of being above a category: alpha + eta. Marginal: alpha is where the mean of
///                    ilogit(alpha + eta) is the share of all patients; conditional: the logit of the stated share
///   survival         hazard of those who are not cured times e^eta. Conditional: the stated hazard; marginal: the
///                    cumulative hazard B(t) at which the mean of exp(-B e^eta) is the stated survival
///   count            rate times e^eta, marginal: times e^eta / E e^eta
struct CovariateEffect {
  std::vector<std::vector<double>> factor;    // of the rest of visits, in SDs of the arm; Cholesky, [visit]
  std::vector<CovariateTerms> terms;          // [visit]; one without visits
  std::vector<double> centre;                 // [visit]: E eta; normal
  std::vector<CovariateLaw::Part> predictor;  // survival: the parts of eta
  std::vector<double> share, multiplier;      // survival: e^eta has these values with these shares
  double mean_multiplier = 1;                 // count: E e^eta
};

/// Arms in which covariates do the same share one.
struct CovariateEffects {
  std::vector<CovariateEffect> laws;  // none without covariates that do anything
  std::vector<std::size_t> of_arm;
};
CovariateEffects covariate_effects(const DataModel&);

bool is_conditional(const DataModel&);

/// The covariance of an arm's visits that the covariates leave over, in SDs of the arm.
std::vector<std::vector<double>> residual_correlation(const DataModel&, std::size_t arm);

/// Shares of all patients from what is stated, and the logit of the share at the reference: 0 and 1 stay.
double marginal_share(const std::vector<CovariateLaw::Part>& predictor, double share_at_reference);
double logit_at_reference(const std::vector<CovariateLaw::Part>& predictor, double share_of_all);

/// Finds the values of e^eta and their shares by its parts: those of the trapezoidal rule of mean_over().
void take_multipliers(CovariateEffect&);

/// The mean of exp(-hazard e^eta): the share without the event where that of the reference has this cumulative hazard.
double survival_of_all(const CovariateEffect&, double hazard);

/// The same outcomes without covariates, the numbers of whose arms are those of all patients. Survival with conditional
/// numbers, whose hazards over all patients have no such form, stays as it is.
DataModel marginal_model(const DataModel&);

}  // namespace vcohort
