#include "engine/policy/research/after_trial.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/regression.hpp"

namespace vcohort {

namespace {

using Eigen::Index;
using Rows = std::vector<Index>;

Rows trials_with(const Eigen::MatrixXd& numbers) {
  Rows rows;
  for (Index draw = 0; draw < numbers.rows(); ++draw)
    if (numbers.row(draw).allFinite()) rows.push_back(draw);
  return rows;
}

/// [draw][cost increments of all strategies, then effect increments]; exactly 0 for the reference.
Eigen::MatrixXd increments_of(const Psa& psa) {
  Eigen::MatrixXd increments(psa.draws(), 2 * psa.cost.cols());
  increments << increments_over(psa.reference, psa.cost), increments_over(psa.reference, psa.effect);
  return increments;
}

AfterTrial without_information(const Eigen::MatrixXd& increments) {
  const Index draws = increments.rows(), strategies = increments.cols() / 2;
  Eigen::RowVectorXd mean(increments.cols());
  for (Index column = 0; column < increments.cols(); ++column)
    mean[column] = draw_mean(draws, [&](Index draw) { return increments(draw, column); });
  return {mean.head(strategies).replicate(draws, 1), mean.tail(strategies).replicate(draws, 1),
          std::numeric_limits<double>::quiet_NaN()};
}

void require_shapes(const Psa& psa, const TrialFindings& found) {
  if (found.estimate.rows() != psa.draws() || found.estimate.cols() < 1)
    throw InternalError("trials were not simulated for every parameter draw");
}

/// Lower Cholesky factor of the covariance of the estimates' errors over trials.
Eigen::MatrixXd error_factor(const Eigen::MatrixXd& errors) {
  const Eigen::MatrixXd covariance = errors.transpose() * errors / static_cast<double>(errors.rows());
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  if (factor.info() != Eigen::Success)
    throw NumericalFailure(explain("the errors of the trial's estimates have no covariance matrix",
                                   "contrasts determine each other, or there are too few trials",
                                   "use policy.research.method = \"regression\", or more parameter draws"));
  return factor.matrixL();
}

}  // namespace

AfterTrial expect_by_regression(const Psa& psa, const TrialFindings& found) {
  require_shapes(psa, found);
  const Eigen::MatrixXd increments = increments_of(psa);
  const Index strategies = psa.cost.cols();
  AfterTrial after = without_information(increments);
  const Rows rows = trials_with(found.estimate);
  // With fewer trials than that a line through them is no knowledge.
  constexpr Index trials_per_contrast = 4;
  if (static_cast<Index>(rows.size()) <= trials_per_contrast * found.estimate.cols()) return after;
  std::vector<Index> columns;
  for (Index column = 0; column < increments.cols(); ++column)
    if (column % strategies != psa.reference) columns.push_back(column);
  const Eigen::MatrixXd fitted = expected_given(found.estimate(rows, Eigen::all), increments(rows, columns));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Eigen::MatrixXd& of = columns[k] < strategies ? after.cost : after.effect;
    for (std::size_t row = 0; row < rows.size(); ++row)
      of(rows[row], columns[k] % strategies) = fitted(static_cast<Index>(row), static_cast<Index>(k));
  }
  return after;
}

AfterTrial expect_by_reweighting(const Psa& psa, const TrialFindings& found, const Eigen::MatrixXd& true_value) {
  require_shapes(psa, found);
  if (true_value.rows() != psa.draws() || true_value.cols() != found.estimate.cols())
    throw InternalError("a draw has no true value of the trial's estimate");
  const Eigen::MatrixXd increments = increments_of(psa);
  const Index strategies = psa.cost.cols(), draws = psa.draws();
  AfterTrial after = without_information(increments);
  const Rows rows = trials_with(found.estimate);
  if (rows.empty()) return after;
  const Eigen::MatrixXd factor = error_factor(found.estimate(rows, Eigen::all) - true_value(rows, Eigen::all));
  const auto in_errors = [&](const Eigen::MatrixXd& values) -> Eigen::MatrixXd {
    return factor.triangularView<Eigen::Lower>().solve(values.transpose());
  };
  const Eigen::MatrixXd seen = in_errors(found.estimate), expected_seen = in_errors(true_value);  // [contrast][draw]
  Eigen::VectorXd exponent(draws);
  double effective = 0;
  for (const Index trial : rows) {
    for (Index draw = 0; draw < draws; ++draw)
      exponent[draw] = -(seen.col(trial) - expected_seen.col(draw)).squaredNorm() / 2.0;
    const double highest = exponent.maxCoeff();
    double sum = 0, squares = 0;
    Eigen::RowVectorXd expected = Eigen::RowVectorXd::Zero(increments.cols());
    for (Index draw = 0; draw < draws; ++draw) {
      const double weight = exp_of(exponent[draw] - highest);
      sum += weight;
      squares += weight * weight;
      for (Index column = 0; column < increments.cols(); ++column)
        expected[column] += weight * increments(draw, column);
    }
    after.cost.row(trial) = expected.head(strategies) / sum;
    after.effect.row(trial) = expected.tail(strategies) / sum;
    effective += sum * sum / squares;
  }
  after.effective_draws = effective / static_cast<double>(rows.size());
  return after;
}

}  // namespace vcohort
