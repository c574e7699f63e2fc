#pragma once
#include <Eigen/Core>
#include <string>
#include <vector>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// What one would expect of each strategy if the parameters of a group were known: the regression of every strategy's
/// increment on them.
struct KnownParameters {
  Eigen::MatrixXd cost;    // [draw][strategy], expected increment over the reference given the draw's parameters
  Eigen::MatrixXd effect;  // likewise
};

/// The expected value of knowing a group of parameters, per patient.
struct Evppi {
  double value = 0;  // not below 0 nor above EVPI
  double mcse = 0;   // NaN for a single draw
};

/// Regression of cost and effect on a group of parameters (positions in psa.parameters). Parameters that do not vary
/// carry no information and are left out.
KnownParameters expect_given(const Psa&, const std::vector<Eigen::Index>& group);

/// Mean over draws of the best expected net benefit given the parameters, minus the best one without: decisions are
/// taken with the fitted increments. The error has two parts, added as squares: the Monte Carlo error of the mean of
/// (observed benefit of the decision taken in the draw - observed benefit of the best strategy overall), which is the
/// influence function of the estimate and holds the error of the regression too; and the misfit, by how much that mean
/// differs from the fitted one, which shows where a smooth function does not follow the draws.
Evppi evppi_at(double willingness_to_pay, const Psa&, const KnownParameters&, double evpi);

/// How many parameters of a group vary between draws. A regression needs twice as many draws.
Eigen::Index varying_among(const Psa&, const std::vector<Eigen::Index>& group);

/// Positions of the named parameters, each of which is there, and stands once.
std::vector<Eigen::Index> parameters_named(const Psa&, const std::vector<std::string>& names);

}  // namespace vcohort
