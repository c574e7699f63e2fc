#pragma once
#include <Eigen/Dense>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/mmrm/covariance.hpp"

/// The mixed model for repeated measures. A patient's outcomes at the visits are normal with
///
///   mean        one coefficient per visit, one per visit and arm (arm minus reference), and covariates, each with one
///               coefficient (main effect) or one per visit;
///   covariance  Sigma of a chosen structure, common to all patients or one per arm; patients are independent.
///
/// Estimated by restricted maximum likelihood from every observed outcome; missing outcomes need no imputation when
/// they are missing at random. Mallinckrodt et al. (2008) Drug Inf J 42:303; Kenward & Roger (1997) Biometrics 53:983;
/// Fai & Cornelius (1996) J Stat Comput Simul 54:363.
namespace vcohort::analysis {

/// Degrees of freedom of t-tests, and the covariance of the coefficients that goes with them. Append-only.
enum class MmrmDegreesOfFreedom : std::uint8_t {
  satterthwaite =
      0,  // 2 v^2 / Var(v), v the contrast's variance, Var(v) by the delta method from the information on theta
  kenward_roger = 1,         // the same df; covariance adjusted with the second derivatives of Sigma
  kenward_roger_linear = 2,  // the same without second derivatives, as R mmrm's "Kenward-Roger-Linear"
  residual = 3,              // observations - columns
  normal = 4                 // infinite
};

/// The information on theta behind Satterthwaite and Kenward-Roger. R mmrm and SAS use the observed one; Kenward and
/// Roger's paper and R pbkrtest the expected one.
enum class MmrmInformation : std::uint8_t { observed = 0, expected = 1 };

/// Kenward-Roger's second-derivative term depends on what Sigma is differentiated by.
enum class KenwardRogerParameters : std::uint8_t {
  unconstrained = 0,  // theta of CovarianceFamily: as R mmrm's "Kenward-Roger"
  entries = 1  // variances and covariances or correlations: as SAS; for us, toep, cs this is kenward_roger_linear
};

/// Why there is no result. Counted by kind, never taken for "not significant". Append-only: the numbers are stored.
enum class MmrmFailure : std::uint8_t {
  none = 0,
  too_few_patients = 1,  // no residual degree of freedom, or a visit or covariance group without an observation
  no_variation = 2,      // the outcome is constant
  not_estimable =
      3,  // the contrast rests on a combination that the data do not identify (an empty arm at a visit, aliasing)
  singular_covariance = 4,  // the likelihood rises towards a covariance matrix that is not positive definite
  no_convergence = 5,       // the iteration limit was reached
  no_information = 6,       // the information on theta is not positive definite at the maximum
  not_finite = 7            // infinite data
};
const char* name_of(MmrmFailure failure);

struct MmrmCovariate {
  std::string name;
  std::vector<std::string> levels;  // empty: numeric; else one indicator for each level but the first
  bool by_visit = false;            // one coefficient per visit
};

struct MmrmModel {
  std::vector<std::string> visits;
  std::vector<double> times;      // of the visits, ascending; for the spatial covariance, empty: 1 apart
  std::vector<std::string> arms;  // one arm: a model without treatment
  int reference = 0;
  std::vector<MmrmCovariate> covariates;
  /// Tried in this order until one fit succeeds; the fit tells which one it was, and why the earlier ones failed.
  std::vector<CovarianceStructure> structures{CovarianceStructure::unstructured};
  bool covariance_per_arm = false;
  MmrmDegreesOfFreedom degrees_of_freedom = MmrmDegreesOfFreedom::satterthwaite;
  MmrmInformation information = MmrmInformation::observed;
  KenwardRogerParameters kenward_roger_parameters = KenwardRogerParameters::unconstrained;
  double level = 0.95;  // of the two-sided intervals
  int largest_number_of_iterations = 150;
  bool likelihood = true;   // of a closed form, too, which needs none
  bool closed_form = true;  // use the closed form where it holds, or as a start; the iteration gives the same numbers
};

/// Views of one dataset; the caller owns it. A patient is left out, and counted, when no outcome is observed, or when
/// the arm is negative or a covariate is missing (NaN; for a categorical one the values are level numbers 0, 1, ...).
struct MmrmData {
  std::span<const int> arm;                             // [patient]
  std::span<const double> outcome;                      // [visit][patient]; NaN is missing
  std::span<const std::span<const double>> covariates;  // [covariate][patient], in the order of the model
};

struct MmrmAttempt {
  CovarianceStructure structure = CovarianceStructure::unstructured;
  MmrmFailure failure = MmrmFailure::none;
  int iterations = 0;
};

struct MmrmFit {
  MmrmFailure failure = MmrmFailure::none;
  CovarianceStructure structure = CovarianceStructure::unstructured;  // of the fit that succeeded
  std::vector<MmrmAttempt> attempts;
  int patients = 0;           // analysed
  int without_outcome = 0;    // left out
  int without_covariate = 0;  // left out: negative arm or missing covariate
  int observations = 0;
  int columns = 0;     // estimable coefficients
  int aliased = 0;     // columns dropped because earlier ones determine them
  int parameters = 0;  // of the covariance
  double minus_two_log_likelihood =
      std::numeric_limits<double>::quiet_NaN();  // restricted, with (n - p) log 2 pi and log|X'V^-1 X|
  int iterations = 0;
  double decrement = 0;  // distance to the maximum in standard errors of theta
  bool closed_form = false;

  bool ok() const { return failure == MmrmFailure::none; }
};

/// A linear combination of the coefficients. NaN after a failure.
struct MmrmContrast {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  double df = std::numeric_limits<double>::quiet_NaN();
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();  // two-sided, of zero
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  MmrmFailure failure = MmrmFailure::none;
};

/// How a least-squares mean averages over the levels of a categorical covariate. Numeric covariates are at their mean.
enum class MmrmMargin : std::uint8_t { equal = 0, observed = 1 };

/// Fits a model to one dataset after the other and keeps its memory: after the first dataset of its kind, a fit with
/// Satterthwaite's degrees of freedom does not allocate. One object per thread. Results do not depend on earlier
/// datasets.
class Mmrm {
 public:
  /// The model has 1 to 64 visits, a reference among its arms, a covariance structure and a level between 0 and 1.
  explicit Mmrm(MmrmModel model);
  ~Mmrm();
  Mmrm(Mmrm&&) noexcept;
  Mmrm& operator=(Mmrm&&) noexcept;

  /// The data have the shape of the model. The reference holds until the next fit.
  const MmrmFit& fit(const MmrmData& data);

  const MmrmModel& model() const;
  const MmrmFit& result() const;

  /// Arm minus reference at a visit; `tested`: with p and limits.
  MmrmContrast contrast(int visit, int arm, bool tested = true);
  /// Any linear combination of coefficients(); weights of aliased coefficients must leave the combination estimable.
  MmrmContrast contrast(std::span<const double> weights, bool tested = true);
  /// The mean of an arm at a visit, covariates as said by the margin.
  MmrmContrast mean(int visit, int arm, MmrmMargin margin = MmrmMargin::equal);

  /// Names of all coefficients, in order: visits; arms by visit; covariates by visit; covariates.
  const std::vector<std::string>& coefficient_names() const;
  /// NaN where aliased.
  Eigen::VectorXd coefficients() const;
  /// Model-based covariance (X' V^-1 X)^-1 of the coefficients, NaN where aliased; adjusted: Kenward and Roger's.
  Eigen::MatrixXd coefficient_covariance() const;
  Eigen::MatrixXd adjusted_coefficient_covariance() const;
  /// Which coefficients were dropped as aliased.
  std::vector<bool> aliased() const;

  /// Sigma of a covariance group: group 0, or with covariance_per_arm the arm.
  Eigen::MatrixXd covariance(int group = 0) const;
  /// Unconstrained parameters of CovarianceFamily, group by group, and the inverse of the information on them.
  std::vector<double> theta() const;
  Eigen::MatrixXd theta_covariance();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vcohort::analysis
