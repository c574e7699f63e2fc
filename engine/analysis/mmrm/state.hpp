#pragma once
#include <Eigen/Dense>
#include <vector>

#include "engine/analysis/mmrm/likelihood.hpp"
#include "engine/analysis/mmrm/maximise.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/analysis/mmrm/monotone.hpp"
#include "engine/analysis/mmrm/statistics.hpp"

namespace vcohort::analysis {

/// What an Mmrm remembers of its model and its last fit. Inside, outcomes are centred by visit and divided by one
/// scale, and numeric covariates are centred and scaled, so that no sum of squares loses digits; every result is
/// carried back.
struct Mmrm::State {
  explicit State(MmrmModel model);

  /// A term of the mean: 1, the indicator of an arm, a numeric covariate, or the indicator of a level.
  struct Term {
    int covariate = -1;  // -1: not a covariate
    int level = -1;      // of a categorical covariate; -1: numeric
    int arm = -1;        // of an arm indicator
    double centre = 0;
    double scale = 1;
  };

  void gather(const MmrmData& data);
  bool measure(const MmrmData& data);
  void choose_columns();
  MmrmFailure attempt(CovarianceStructure structure, int& iterations);
  MmrmFailure iterate(CovarianceStructure structure, int& iterations);
  void start(const CovarianceFamily& family);
  MmrmFailure prepare_inference();
  void adjust();

  /// Weights of original coefficients carried over to the kept, standardised columns; the constant is the centring's
  /// share. False when the combination is not estimable.
  bool standardise(std::span<const double> weights, Eigen::VectorXd& kept, double& constant) const;
  Eigen::MatrixXd original(const Eigen::MatrixXd& standardised) const;
  Eigen::MatrixXd standardised_covariance() const;
  double coefficient(int kept) const;
  MmrmContrast conclude(const Eigen::VectorXd& weights, double constant, bool tested);
  void by_visit_weights(const Eigen::VectorXd& kept, std::vector<double>& weights) const;

  MmrmModel model;
  MmrmFit fit;
  std::vector<Term> terms;
  std::vector<DesignColumn> all_columns;
  std::vector<std::string> names;
  int groups = 1;
  bool every_term_by_visit = false;

  RepeatedMeasures data;
  std::vector<int> known;  // [patient]: the arm, negative where the patient or a covariate does not count
  std::vector<double> in_columns, visit_mean, level_counts;  // in_columns: see RepeatedMeasures::add
  double outcome_scale = 1;
  std::vector<std::uint64_t> observed;  // by patient; 0 when left out

  std::vector<DesignColumn> columns;  // kept
  std::vector<int> place;             // of a column among the kept ones, or -1
  std::vector<double> aliases;        // [column][column]: what a dropped column is made of
  std::vector<double> design_gram;

  CovarianceFamily family;
  RestrictedLikelihood likelihood;
  Maximiser maximiser;
  MonotoneRegression monotone;
  bool monotone_ok = false;
  std::vector<double> parameters, sigma, products, pairs, scratch;

  Eigen::LLT<Eigen::MatrixXd> information;  // of -2 log L, that is twice the information on theta
  Eigen::MatrixXd adjusted;
  Eigen::VectorXd weights, whitened, weighted, variance_gradient;
  std::vector<double> full_weights, visit_weights;
};

/// Student's t, two-sided: p-value of a statistic, and the critical value at a level.
double two_sided_p(double statistic, double df);
double critical_value(double level, double df);

}  // namespace vcohort::analysis
