#include "engine/policy/decision/variance_components.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace vcohort {

namespace {

/// Steps after which the variances are taken as they are, and the change of the degrees of freedom of the whole
/// regression below which more steps change nothing that the error of EVPPI would notice.
constexpr int most_steps = 40;
constexpr double settled = 1e-3;
/// A precision beyond this share of the draws leaves nothing of a component; below it the component is free.
constexpr double most_precision = 1e8;
constexpr double least_precision = 1e-8;

}  // namespace

Eigen::VectorXd fit_components(const RegressionTerms& terms, const RegressionSums& sums, Eigen::Index response) {
  const Eigen::Index size = terms.size();
  const auto draws = static_cast<double>(sums.draws);
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(size);
  if (size == 0 || !(sums.response_squares[response] > 0)) return coefficients;
  Eigen::VectorXd precision = Eigen::VectorXd::Constant(terms.components(), 1.0);
  double freedom_before = -1;
  for (int step = 0; step < most_steps; ++step) {
    Eigen::MatrixXd penalised = sums.functions;
    for (Eigen::Index function = 0; function < size; ++function) {
      const TermFunction& term = terms.functions()[static_cast<std::size_t>(function)];
      penalised(function, function) += precision[term.component] * term.weight;
    }
    const Eigen::LDLT<Eigen::MatrixXd> factor(penalised);
    coefficients = factor.solve(sums.products.col(response));
    // Degrees of freedom that each component uses, and its weighted squares.
    Eigen::VectorXd freedom = Eigen::VectorXd::Zero(terms.components());
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(terms.components());
    for (Eigen::Index function = 0; function < size; ++function) {
      const TermFunction& term = terms.functions()[static_cast<std::size_t>(function)];
      // One right-hand side at a time: Eigen cuts larger systems by the size of the processor's cache.
      const Eigen::VectorXd column = factor.solve(Eigen::VectorXd::Unit(size, function));
      freedom[term.component] += 1.0 - precision[term.component] * term.weight * column[function];
      squares[term.component] += term.weight * coefficients[function] * coefficients[function];
    }
    const double explained = coefficients.dot(2.0 * sums.products.col(response) - sums.functions * coefficients);
    const double used = freedom.sum();
    const double residual = std::max(sums.response_squares[response] - explained, 0.0);
    const double variance = residual / std::max(draws - 1.0 - used, 1.0);
    if (std::abs(used - freedom_before) < settled) break;
    freedom_before = used;
    for (Eigen::Index component = 0; component < terms.components(); ++component) {
      const double wanted = squares[component] > 0 ? variance * std::max(freedom[component], 0.0) / squares[component]
                                                   : most_precision * draws;
      precision[component] = std::clamp(wanted, least_precision, most_precision * draws);
    }
  }
  return coefficients;
}

}  // namespace vcohort
