#include <algorithm>
#include <cmath>

#include "engine/analysis/mmrm/dense.hpp"
#include "engine/analysis/mmrm/state.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

/// Student's t with any degrees of freedom: the same bits on every processor.
double two_sided_p(double statistic, double df) {
  return student_two_sided(statistic, df);
}

double critical_value(double level, double df) {
  return student_critical(df, 1 - level);
}

/// The information on theta at the maximum, and the adjusted covariance where it is asked for.
MmrmFailure Mmrm::State::prepare_inference() {
  using Curvature = RestrictedLikelihood::Curvature;
  if (model.degrees_of_freedom == MmrmDegreesOfFreedom::residual ||
      model.degrees_of_freedom == MmrmDegreesOfFreedom::normal) {
    return MmrmFailure::none;
  }
  likelihood.prepare_exact();
  information.compute(
      likelihood.curvature(model.information == MmrmInformation::observed ? Curvature::observed : Curvature::expected));
  if (information.info() != Eigen::Success) return MmrmFailure::no_information;
  if (model.degrees_of_freedom != MmrmDegreesOfFreedom::satterthwaite) adjust();
  return MmrmFailure::none;
}

/// Phi + 2 Phi { sum_hj W_hj (Q_hj - P_h Phi P_j - R_hj / 4) } Phi (Kenward & Roger 1997, with W the covariance of
/// theta).
void Mmrm::State::adjust() {
  const int p = fit.columns, total = likelihood.parameters(), within = family.parameters(), visits = data.visits();
  const Eigen::MatrixXd w = likelihood.theta_covariance(information);
  const Eigen::MatrixXd& phi = likelihood.coefficient_covariance();
  Eigen::MatrixXd inner = Eigen::MatrixXd::Zero(p, p);
  likelihood.add_first_order_products(w, inner);
  if (model.degrees_of_freedom == MmrmDegreesOfFreedom::kenward_roger) {
    const std::size_t size = static_cast<std::size_t>(visits) * visits;
    std::vector<double> second(groups * size);
    for (int g = 0; g < groups; ++g) {
      const std::span<double> own = std::span(second).subspan(g * size, size);
      const std::span<const double> block(w.data() + static_cast<std::size_t>(g) * within * total + g * within,
                                          static_cast<std::size_t>(within - 1) * total + within);
      const std::span<const double> theta = std::span<const double>(parameters).subspan(g * within, within);
      if (model.kenward_roger_parameters == KenwardRogerParameters::unconstrained) {
        family.contracted_second_derivatives(theta, block, total, own);
      } else {
        family.contracted_second_derivatives_of_entries(theta, block, total, likelihood.derivatives(g), own);
      }
    }
    likelihood.add_sandwich(second, -0.25, inner);
  }
  // sum W_hj P_h Phi P_j = L (sum W_hj G_h G_j) L', the same in any directions with their own W.
  const Eigen::MatrixXd& derivatives = likelihood.whitened_derivatives();
  const Eigen::MatrixXd mixed = 2 * information.solve(derivatives.transpose()).transpose();
  Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(p, p);
  for (Eigen::Index h = 0; h < derivatives.cols(); ++h) {
    const Eigen::Map<const Eigen::MatrixXd> left(mixed.col(h).data(), p, p), right(derivatives.col(h).data(), p, p);
    squares.noalias() += left * right;
  }
  const Eigen::MatrixXd root = likelihood.whitening_inverse();
  adjusted = phi + 2 * (phi * inner * phi - root.transpose() * squares * root);
  adjusted = ((adjusted + adjusted.transpose()) / 2).eval();
}

bool Mmrm::State::standardise(std::span<const double> wanted, Eigen::VectorXd& kept, double& constant) const {
  const int p = static_cast<int>(all_columns.size()), visits = data.visits();
  kept.setZero(fit.columns);
  constant = 0;
  double size = 0;
  for (const double weight : wanted) size = std::max(size, std::abs(weight));
  // wanted . beta with beta_c = scale_y / scale_c b_c and beta_visit = scale_y b_visit + mean_visit - sum_c centre_c
  // beta_c: the visits come first, so wanted[t] is the weight of visit t.
  double every_visit = 0;
  for (int t = 0; t < visits; ++t) {
    constant += wanted[t] * visit_mean[t];
    every_visit += wanted[t];
  }
  const auto standard_weight = [&](int j) {
    const Term& term = terms[all_columns[j].term];
    const double shift = term.covariate < 0 || term.level >= 0 ? 0
                         : all_columns[j].visit < 0            ? term.centre * every_visit
                                                               : term.centre * wanted[all_columns[j].visit];
    return (wanted[j] - shift) / term.scale;
  };
  for (int j = 0; j < p; ++j) {
    if (place[j] >= 0) kept[place[j]] = outcome_scale * standard_weight(j);
  }
  if (fit.aliased == 0) return true;
  for (int j = 0; j < p; ++j) {
    if (place[j] >= 0) continue;
    double difference = standard_weight(j), largest = std::abs(difference);
    for (int k = 0; k < j; ++k) {
      const double part = aliases[j * p + k] * (place[k] >= 0 ? kept[place[k]] / outcome_scale : 0);
      difference -= part;
      largest = std::max(largest, std::abs(part));
    }
    constexpr double rounding = 1e-6;  // aliases are known to the square root of the column tolerance, at worst
    if (std::abs(difference) > rounding * std::max(largest, size)) return false;
  }
  return true;
}

void Mmrm::State::by_visit_weights(const Eigen::VectorXd& kept, std::vector<double>& by_visit) const {
  const int q = data.terms();
  by_visit.assign(static_cast<std::size_t>(data.visits()) * q, 0.0);
  for (int j = 0; j < fit.columns; ++j) by_visit[columns[j].visit * q + columns[j].term] = kept[j];
}

double Mmrm::State::coefficient(int kept) const {
  return fit.closed_form ? monotone.coefficient(columns[kept].term, columns[kept].visit)
                         : likelihood.coefficients()[kept];
}

MmrmContrast Mmrm::State::conclude(const Eigen::VectorXd& kept, double constant, bool tested) {
  MmrmContrast result;
  double variance, df = std::numeric_limits<double>::infinity(), estimate = constant;
  for (int j = 0; j < fit.columns; ++j) {
    if (kept[j] != 0) estimate += kept[j] * coefficient(j);
  }
  const MmrmDegreesOfFreedom method = model.degrees_of_freedom;
  if (fit.closed_form) {
    by_visit_weights(kept, visit_weights);
    const MonotoneRegression::Variance found = monotone.variance(visit_weights);
    variance = found.variance;
    df = found.df;
  } else {
    whitened = kept;
    likelihood.whiten(whitened);
    variance = whitened.squaredNorm();
    if (method != MmrmDegreesOfFreedom::residual && method != MmrmDegreesOfFreedom::normal) {
      // dv/d direction d = - x' G_d x; the information is half of the stored curvature, so that Var(v) = 2 g' H^-1 g.
      const Eigen::MatrixXd& derivatives = likelihood.whitened_derivatives();
      variance_gradient.resize(derivatives.cols());
      for (Eigen::Index h = 0; h < derivatives.cols(); ++h) {
        const double* matrix = derivatives.col(h).data();
        double sum = 0;
        for (int j = 0; j < fit.columns; ++j) {
          if (whitened[j] == 0) continue;
          double part = 0;
          for (int i = 0; i < fit.columns; ++i) part += matrix[j * fit.columns + i] * whitened[i];
          sum += whitened[j] * part;
        }
        variance_gradient[h] = sum;
      }
      information.matrixL().solveInPlace(variance_gradient);
      df = variance * variance / variance_gradient.squaredNorm();
      if (method != MmrmDegreesOfFreedom::satterthwaite) variance = kept.dot(adjusted * kept);
    }
  }
  if (method == MmrmDegreesOfFreedom::residual) df = fit.observations - fit.columns;
  if (method == MmrmDegreesOfFreedom::normal) df = std::numeric_limits<double>::infinity();

  if (!(variance > 0) || !std::isfinite(estimate) || !(df > 0)) {
    result.failure = MmrmFailure::not_estimable;
    return result;
  }
  result.estimate = estimate;
  result.se = std::sqrt(variance);
  result.df = df;
  result.statistic = estimate / result.se;
  if (!tested) return result;
  result.p = two_sided_p(result.statistic, df);
  const double half_width = critical_value(model.level, df) * result.se;
  result.lower = estimate - half_width;
  result.upper = estimate + half_width;
  return result;
}

MmrmContrast Mmrm::contrast(std::span<const double> weights, bool tested) {
  State& s = *state_;
  require(weights.size() == s.all_columns.size(), "a contrast has a weight for every coefficient");
  MmrmContrast result;
  double constant = 0;
  if (!s.fit.ok()) {
    result.failure = s.fit.failure;
  } else if (!s.standardise(weights, s.weights, constant)) {
    result.failure = MmrmFailure::not_estimable;
  } else {
    result = s.conclude(s.weights, constant, tested);
  }
  return result;
}

MmrmContrast Mmrm::contrast(int visit, int arm, bool tested) {
  State& s = *state_;
  const int visits = s.data.visits(), arms = static_cast<int>(s.model.arms.size());
  require(visit >= 0 && visit < visits && arm >= 0 && arm < arms && arm != s.model.reference,
          "a contrast is of a visit and of an arm against the reference");
  s.full_weights.assign(s.all_columns.size(), 0.0);
  const int term = arm < s.model.reference ? arm + 1 : arm;
  s.full_weights[term * visits + visit] = 1;
  return contrast(s.full_weights, tested);
}

MmrmContrast Mmrm::mean(int visit, int arm, MmrmMargin margin) {
  State& s = *state_;
  const int visits = s.data.visits(), arms = static_cast<int>(s.model.arms.size());
  require(visit >= 0 && visit < visits && arm >= 0 && arm < arms, "a mean is of a visit and of an arm");
  s.full_weights.assign(s.all_columns.size(), 0.0);
  for (std::size_t j = 0; j < s.all_columns.size(); ++j) {
    const DesignColumn& column = s.all_columns[j];
    if (column.visit != visit && column.visit != DesignColumn::every_visit) continue;
    const State::Term& term = s.terms[column.term];
    double weight = term.arm < 0 || term.arm == arm ? 1 : 0;
    if (term.covariate >= 0) {
      const double levels = static_cast<double>(s.model.covariates[term.covariate].levels.size());
      weight = term.level >= 0 && margin == MmrmMargin::equal ? 1 / levels : s.level_counts[column.term];
    }
    s.full_weights[j] = weight;
  }
  return contrast(s.full_weights);
}

Eigen::MatrixXd Mmrm::State::standardised_covariance() const {
  if (!fit.closed_form) {
    const Eigen::MatrixXd root = likelihood.whitening_inverse();
    return root.transpose() * root;
  }
  MonotoneRegression solver = monotone;
  Eigen::MatrixXd result(fit.columns, fit.columns);
  std::vector<double> left, right;
  for (int j = 0; j < fit.columns; ++j) {
    by_visit_weights(Eigen::VectorXd::Unit(fit.columns, j), left);
    for (int i = 0; i <= j; ++i) {
      by_visit_weights(Eigen::VectorXd::Unit(fit.columns, i), right);
      result(i, j) = result(j, i) = solver.covariance(left, right);
    }
  }
  return result;
}

/// The covariance of the coefficients in the units of the data, NaN where aliased.
Eigen::MatrixXd Mmrm::State::original(const Eigen::MatrixXd& standardised) const {
  const int p = static_cast<int>(all_columns.size());
  Eigen::MatrixXd map = Eigen::MatrixXd::Zero(fit.columns, p);
  std::vector<double> unit(p, 0.0);
  for (int j = 0; j < p; ++j) {
    unit[j] = 1;
    Eigen::VectorXd kept;
    double constant = 0;
    standardise(unit, kept, constant);
    map.col(j) = kept;
    unit[j] = 0;
  }
  Eigen::MatrixXd result = map.transpose() * standardised * map;
  for (int j = 0; j < p; ++j) {
    if (place[j] >= 0) continue;
    result.row(j).setConstant(missing);
    result.col(j).setConstant(missing);
  }
  return result;
}

Eigen::VectorXd Mmrm::coefficients() const {
  const State& s = *state_;
  const int p = static_cast<int>(s.all_columns.size());
  Eigen::VectorXd result = Eigen::VectorXd::Constant(p, missing);
  if (!s.fit.ok()) return result;
  std::vector<double> unit(p, 0.0);
  for (int j = 0; j < p; ++j) {
    if (s.place[j] < 0) continue;
    unit[j] = 1;
    Eigen::VectorXd kept;
    double value = 0;
    s.standardise(unit, kept, value);
    for (int k = 0; k < s.fit.columns; ++k) {
      if (kept[k] != 0) value += kept[k] * s.coefficient(k);
    }
    result[j] = value;
    unit[j] = 0;
  }
  return result;
}

Eigen::MatrixXd Mmrm::coefficient_covariance() const {
  const Eigen::Index p = static_cast<Eigen::Index>(state_->all_columns.size());
  if (!state_->fit.ok()) return Eigen::MatrixXd::Constant(p, p, missing);
  return state_->original(state_->standardised_covariance());
}

Eigen::MatrixXd Mmrm::adjusted_coefficient_covariance() const {
  const State& s = *state_;
  const bool adjusted = s.model.degrees_of_freedom == MmrmDegreesOfFreedom::kenward_roger ||
                        s.model.degrees_of_freedom == MmrmDegreesOfFreedom::kenward_roger_linear;
  return adjusted && s.fit.ok() ? s.original(s.adjusted) : coefficient_covariance();
}

std::vector<bool> Mmrm::aliased() const {
  std::vector<bool> result;
  for (const int place : state_->place) result.push_back(place < 0);
  return result;
}

Eigen::MatrixXd Mmrm::covariance(int group) const {
  const State& s = *state_;
  const int visits = s.data.visits();
  Eigen::MatrixXd result = Eigen::MatrixXd::Constant(visits, visits, missing);
  if (!s.fit.ok()) return result;
  const double* source = s.fit.closed_form ? s.sigma.data() : s.likelihood.covariance(group).data();
  for (int e = 0; e < visits * visits; ++e) result.data()[e] = source[e] * s.outcome_scale * s.outcome_scale;
  return result;
}

std::vector<double> Mmrm::theta() const {
  const State& s = *state_;
  if (!s.fit.ok()) return {};
  std::vector<double> result(s.parameters.begin(), s.parameters.end());
  if (s.fit.closed_form) {
    result.assign(s.family.parameters(), 0.0);
    std::vector<double> scratch(s.sigma.size() + 2 * s.data.visits());
    s.family.approximate(s.sigma, result, scratch);
  }
  const int within = s.family.parameters();
  const int scales = s.family.structure() < CovarianceStructure::toeplitz ? s.data.visits() : 1;
  for (int g = 0; g < s.groups; ++g) {
    for (int h = 0; h < scales; ++h) result[g * within + h] += log_of_any(s.outcome_scale);
  }
  return result;
}

Eigen::MatrixXd Mmrm::theta_covariance() {
  State& s = *state_;
  const Eigen::Index k = static_cast<Eigen::Index>(s.groups) * s.family.parameters();
  const bool known = s.fit.ok() && !s.fit.closed_form && s.information.rows() == k;
  if (!known) return Eigen::MatrixXd::Constant(k, k, missing);
  return s.likelihood.theta_covariance(s.information);
}

}  // namespace vcohort::analysis
