#pragma once
#include <cstddef>
#include <vector>

#include "engine/numeric/elementary.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// A linear predictor: what each covariate of a data model adds to it. [covariate]: empty for nothing; of a normal one
/// a number per unit above its mean, of sites a factor of their random effects, of the others a number for each level.
using CovariateTerms = std::vector<std::vector<double>>;

/// What the covariates do to the outcome of an arm at a visit; an interaction only after baseline.
CovariateTerms covariate_terms(const DataModel&, std::size_t arm, std::size_t visit);

/// Whether any covariate does anything to the outcome, and whether it does something else in some arm.
bool has_covariate_effects(const DataModel&);
bool has_interactions(const DataModel&);

/// The distribution of linear predictors of a data model's covariates.
///
/// Levels are enumerated. Given them, and the places of correlated latent normals inside their intervals, the normal
/// covariates are normal: the nodes below, by Gauss's rule with 7 points on pieces of at most 1.5 SD where a binary or
/// categorical covariate is correlated with another one that counts, exact otherwise.
class CovariateLaw {
 public:
  /// Of the covariates that `counts`, [covariate]; their terms may differ from nothing. At most two of the binary and
  /// categorical ones may be correlated with others that count, beside the last one.
  CovariateLaw(const DataModel&, const std::vector<bool>& counts);

  /// Of those that have an effect.
  explicit CovariateLaw(const DataModel&);

  /// How many binary and categorical covariates need a quadrature.
  static std::size_t correlated_levels(const DataModel&, const std::vector<bool>& counts);

  double mean(const CovariateTerms&) const;
  double covariance(const CovariateTerms&, const CovariateTerms&) const;

  /// A part of the patients whose predictor is normal.
  struct Part {
    double share, mean, sd;
  };
  std::vector<Part> parts(const CovariateTerms&) const;

 private:
  struct Node {
    double share;
    std::vector<int> level;      // [covariate]; 0 of normal ones
    std::vector<double> normal;  // [covariate]: mean of its standard normal; 0 of the others
  };
  double at(const Node&, const CovariateTerms&) const;
  double spread(const CovariateTerms&, const CovariateTerms&) const;

  std::vector<double> sd_;    // [covariate]: of normal ones, and of the random effects of sites
  std::vector<bool> site_;    // [covariate]
  std::vector<bool> normal_;  // [covariate]
  std::vector<Node> nodes_;
  std::vector<std::vector<double>> rest_;  // covariance of the standard normals within a node, [covariate][covariate]
};

/// The mean of a smooth function over a linear predictor, by the trapezoidal rule over the normal parts with steps of a
/// quarter of an SD, whose error for such functions is below 1e-8 up to SDs of 4.
template <class Function>
double mean_over(const std::vector<CovariateLaw::Part>& parts, const Function& f) {
  constexpr int steps = 34;
  constexpr double step = 0.25, per_root_two_pi = 0.398942280401432678;
  double mean = 0;
  for (const CovariateLaw::Part& part : parts) {
    if (part.sd == 0) {
      mean += part.share * f(part.mean);
      continue;
    }
    double inside = 0;
    for (int k = -steps; k <= steps; ++k) {
      const double z = step * k;
      inside += exp_of(-0.5 * z * z) * f(part.mean + part.sd * z);
    }
    mean += part.share * inside * step * per_root_two_pi;
  }
  return mean;
}

}  // namespace vcohort
