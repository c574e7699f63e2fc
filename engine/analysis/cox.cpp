#include "engine/analysis/cox.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/analysis/design.hpp"
#include "engine/analysis/elementary.hpp"
#include "engine/analysis/penalised.hpp"

namespace vcohort::analysis {
namespace {

/// The rows of the design with their times, sorted by stratum and then from the last time to the first, so that the
/// risk set only grows within a stratum.
struct Risk {
  Eigen::Map<Eigen::MatrixXd> x;  // [column][row]: a patient's covariates are contiguous
  std::span<double> time;
  std::span<int> event, stratum;
};

Risk sort_by_time(const Dataset& data, const Design& design, Workspace& workspace) {
  constexpr std::size_t own = Design::slots;
  const auto rows = design.patient.size();
  const auto row = workspace.integers(own, rows);
  std::iota(row.begin(), row.end(), 0);
  const auto patient = [&design](int i) { return design.patient[static_cast<std::size_t>(i)]; };
  const auto stratum = [&](int i) { return data.stratum.empty() ? 0 : data.stratum[patient(i)]; };
  std::sort(row.begin(), row.end(), [&](int a, int b) {
    return stratum(a) != stratum(b) ? stratum(a) < stratum(b) : data.time[patient(a)] > data.time[patient(b)];
  });
  Risk risk{
      {workspace.reals(own, rows * static_cast<std::size_t>(design.columns())).data(), design.columns(), design.rows()},
      workspace.reals(own + 1, rows),
      workspace.integers(own + 1, rows),
      workspace.integers(own + 2, rows)};
  for (std::size_t i = 0; i < rows; ++i) {
    risk.x.col(static_cast<Eigen::Index>(i)) = design.x.row(row[i]).transpose();
    risk.time[i] = data.time[patient(row[i])];
    risk.event[i] = data.event[patient(row[i])] != 0;
    risk.stratum[i] = stratum(row[i]);
  }
  return risk;
}

/// Sums of w, w x and w x x' over a set of patients, w = exp(x'beta).
struct Sums {
  double weight = 0;
  Eigen::Map<Eigen::VectorXd> first;
  Eigen::Map<Eigen::MatrixXd> second;

  Sums(std::span<double> memory, Eigen::Index size)
      : first(memory.data(), size), second(memory.data() + size, size, size) {}
  void clear() {
    weight = 0;
    first.setZero();
    second.setZero();
  }
  template <class Vector>
  void add(double w, const Vector& x) {
    weight += w;
    for (Eigen::Index j = 0; j < first.size(); ++j) {
      const double wx = w * x[j];
      first[j] += wx;
      for (Eigen::Index k = 0; k <= j; ++k) second(j, k) += wx * x[k];
    }
  }
};

/// With d tied events Efron removes the share l/d of their weight from the risk set of the l-th, l = 0 .. d-1.
class PartialLikelihood final : public Likelihood {
 public:
  PartialLikelihood(const Risk& risk, Workspace& workspace)
      : risk_(risk), at_risk_(sums(Design::slots + 2, workspace)), tied_(sums(Design::slots + 3, workspace)) {}

  double operator()(const Eigen::VectorXd& beta, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) override {
    const auto rows = risk_.time.size();
    gradient.setZero();
    information.setZero();
    double log_likelihood = 0;
    for (std::size_t first = 0; first < rows;) {
      if (first == 0 || risk_.stratum[first] != risk_.stratum[first - 1]) at_risk_.clear();
      tied_.clear();
      int events = 0;
      std::size_t next = first;
      for (; next < rows && risk_.time[next] == risk_.time[first] && risk_.stratum[next] == risk_.stratum[first];
           ++next) {
        const auto x = risk_.x.col(static_cast<Eigen::Index>(next));
        const double predictor = x.dot(beta);
        const double weight = exp_of(predictor);
        at_risk_.add(weight, x);
        if (risk_.event[next] == 0) continue;
        tied_.add(weight, x);
        log_likelihood += predictor;
        gradient += x;
        ++events;
      }
      first = next;
      for (int l = 0; l < events; ++l)
        log_likelihood -= add_event(static_cast<double>(l) / events, gradient, information);
    }
    information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
    return log_likelihood;
  }

 private:
  Sums sums(std::size_t slot, Workspace& workspace) const {
    const auto size = risk_.x.rows();
    return {workspace.reals(slot, static_cast<std::size_t>(size * (size + 1))), size};
  }

  /// The logarithm of the weight of the risk set, less a share of the tied events.
  double add_event(double share, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) const {
    const double weight = at_risk_.weight - share * tied_.weight;
    const auto mean = [&](Eigen::Index j) { return (at_risk_.first[j] - share * tied_.first[j]) / weight; };
    for (Eigen::Index j = 0; j < gradient.size(); ++j) {
      const double mean_j = mean(j);
      gradient[j] -= mean_j;
      for (Eigen::Index k = 0; k <= j; ++k)
        information(j, k) += (at_risk_.second(j, k) - share * tied_.second(j, k)) / weight - mean_j * mean(k);
    }
    return log_of(weight);
  }

  const Risk& risk_;
  Sums at_risk_, tied_;
};

}  // namespace

void fit_cox(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
             std::span<Estimate> contrasts) {
  const auto design = build_design(data, {data.time}, !data.stratum.empty(), workspace);
  if (design.failure != Failure::none) return fill_failure(design.failure, design, contrasts);
  const auto risk = sort_by_time(data, design, workspace);
  if (std::none_of(risk.event.begin(), risk.event.end(), [](int event) { return event != 0; })) {
    return fill_failure(Failure::no_events, design, contrasts);
  }
  if (!std::all_of(risk.time.begin(), risk.time.end(), [](double t) { return std::isfinite(t); })) {
    return fill_failure(Failure::not_finite, design, contrasts);
  }
  PartialLikelihood likelihood(risk, workspace);
  workspace.newton().at.setZero(design.columns());
  fit_likelihood(design, likelihood, 0, options.firth, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
