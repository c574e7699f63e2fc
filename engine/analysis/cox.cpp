#include "engine/analysis/cox.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/analysis/design.hpp"
#include "engine/analysis/elementary.hpp"
#include "engine/analysis/newton.hpp"

namespace vcohort::analysis {
namespace {

/// The rows of the design with their times, sorted by stratum and then from the last time to the first, so that the
/// risk set only grows within a stratum.
struct Risk {
  Eigen::MatrixXd x;  // [column][row]: a patient's covariates are contiguous
  std::vector<double> time;
  std::vector<bool> event;
  std::vector<int> stratum;
};

Risk sort_by_time(const Dataset& data, const Design& design) {
  std::vector<int> row(design.patient.size());
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<int>(i);
  const auto patient = [&design](int i) { return design.patient[static_cast<std::size_t>(i)]; };
  const auto stratum = [&](int i) { return data.stratum.empty() ? 0 : data.stratum[patient(i)]; };
  std::sort(row.begin(), row.end(), [&](int a, int b) {
    return stratum(a) != stratum(b) ? stratum(a) < stratum(b) : data.time[patient(a)] > data.time[patient(b)];
  });
  Risk risk;
  risk.x.resize(design.columns(), design.rows());
  for (std::size_t i = 0; i < row.size(); ++i) {
    risk.x.col(static_cast<Eigen::Index>(i)) = design.x.row(row[i]).transpose();
    risk.time.push_back(data.time[patient(row[i])]);
    risk.event.push_back(data.event[patient(row[i])] != 0);
    risk.stratum.push_back(stratum(row[i]));
  }
  return risk;
}

/// Sums of w, w x and w x x' over a set of patients, w = exp(x'beta).
struct Sums {
  double weight = 0;
  Eigen::VectorXd first;
  Eigen::MatrixXd second;

  explicit Sums(Eigen::Index size) : first(size), second(size, size) { clear(); }
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

/// Partial log-likelihood with gradient and information. With d tied events Efron removes the share l/d of their weight
/// from the risk set of the l-th, l = 0 .. d-1; Breslow removes nothing.
double partial_likelihood(const Risk& risk, const Eigen::VectorXd& beta, Eigen::VectorXd& gradient,
                          Eigen::MatrixXd& information) {
  const auto size = beta.size();
  const auto rows = risk.time.size();
  gradient.setZero();
  information.setZero();
  Sums at_risk(size), tied(size);
  Eigen::VectorXd mean(size);
  double log_likelihood = 0;
  for (std::size_t first = 0; first < rows;) {
    if (first == 0 || risk.stratum[first] != risk.stratum[first - 1]) at_risk.clear();
    tied.clear();
    int events = 0;
    std::size_t next = first;
    for (; next < rows && risk.time[next] == risk.time[first] && risk.stratum[next] == risk.stratum[first]; ++next) {
      const auto x = risk.x.col(static_cast<Eigen::Index>(next));
      const double predictor = x.dot(beta);
      const double weight = exp_of(predictor);
      at_risk.add(weight, x);
      if (!risk.event[next]) continue;
      tied.add(weight, x);
      log_likelihood += predictor;
      gradient += x;
      ++events;
    }
    first = next;
    for (int l = 0; l < events; ++l) {
      const double share = static_cast<double>(l) / events;
      const double weight = at_risk.weight - share * tied.weight;
      mean = (at_risk.first - share * tied.first) / weight;
      log_likelihood -= log_of(weight);
      gradient -= mean;
      for (Eigen::Index j = 0; j < size; ++j) {
        for (Eigen::Index k = 0; k <= j; ++k) {
          information(j, k) += (at_risk.second(j, k) - share * tied.second(j, k)) / weight - mean[j] * mean[k];
        }
      }
    }
  }
  information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
  return log_likelihood;
}

}  // namespace

void cox(const Dataset& data, const Inference& inference, Workspace& workspace, std::span<Estimate> contrasts) {
  const auto design = build_design(data, {data.time}, !data.stratum.empty());
  if (design.failure != Failure::none) return fill_failure(design.failure, design, contrasts);
  const auto risk = sort_by_time(data, design);
  if (std::none_of(risk.event.begin(), risk.event.end(), [](bool event) { return event; })) {
    return fill_failure(Failure::no_events, design, contrasts);
  }
  if (!std::all_of(risk.time.begin(), risk.time.end(), [](double t) { return std::isfinite(t); })) {
    return fill_failure(Failure::not_finite, design, contrasts);
  }
  const auto maximum = maximise(Eigen::VectorXd::Zero(design.columns()), 0,
                                [&risk](const auto& beta, auto& gradient, auto& information) {
                                  return partial_likelihood(risk, beta, gradient, information);
                                });
  if (maximum.failure != Failure::none) return fill_failure(maximum.failure, design, contrasts);
  fill_contrasts(design, maximum.at, maximum.covariance, 0, maximum.iterations, inference, workspace, contrasts);
}

void fit_cox(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
             std::span<Estimate> contrasts) {
  cox(data, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
