#include "engine/sensitivity/calibration.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "engine/evidence/registry.hpp"
#include "engine/evidence/values.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

using Kind = Uncertainty::Kind;

/// Four significant digits: no calibration knows more, and the file stays readable.
double rounded(double value) {
  return std::stod(fmt::format("{:.4g}", value));
}

Parameter& parameter_of(Evidence& evidence, const std::string& name) {
  const auto found = std::find_if(evidence.parameters.begin(), evidence.parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  require(found != evidence.parameters.end(), "the evidence has the parameters that move");
  return *found;
}

/// On the scale on which a law is nearest to a normal one.
std::vector<double> on_scale_of(const Parameter& parameter, std::span<const double> draws) {
  std::vector<double> values(draws.begin(), draws.end());
  if (parameter.uncertainty.kind == Kind::lognormal)
    for (double& value : values) value = log_of(value);
  return values;
}

/// Value and law from weighted moments, within the family.
void refit_law(Parameter& parameter, std::span<const double> draws, std::span<const double> weights) {
  Uncertainty& law = parameter.uncertainty;
  const WeightedSummary moments = weighted_summary(on_scale_of(parameter, draws), weights);
  const double low = law.low.value_or(0), high = law.high.value_or(1);
  switch (law.kind) {
    case Kind::normal:
      parameter.value = rounded(moments.mean);
      law.sd = rounded(moments.sd);
      return;
    case Kind::lognormal:
      parameter.value = rounded(exp_of(moments.mean));
      law.sigma = rounded(law.sigma < 0 ? -moments.sd : moments.sd);
      return;
    case Kind::beta: {
      const double mean = (moments.mean - low) / (high - low), sd = moments.sd / (high - low);
      const double both = mean * (1 - mean) / (sd * sd) - 1;  // a + b
      parameter.value = rounded(moments.mean);
      law.a = rounded(mean * both);
      law.b = rounded((1 - mean) * both);
      return;
    }
    case Kind::uniform: {
      const double half_width = __builtin_sqrt(3.0) * moments.sd;
      law.low = rounded(std::max(low, moments.mean - half_width));
      law.high = rounded(std::min(high, moments.mean + half_width));
      parameter.value = rounded(moments.mean);
      return;
    }
    case Kind::bernoulli:
      law.probability = rounded(moments.mean);
      return;
    case Kind::triangular:
    case Kind::fixed:
      break;
  }
  throw InternalError("a law without moments to refit moved");
}

bool is_correlation(const Eigen::MatrixXd& matrix) {
  constexpr double clear = 1e-6;  // of the smallest pivot: beyond what rounding to three digits can spoil
  const Eigen::LLT<Eigen::MatrixXd> cholesky(matrix);
  if (cholesky.info() != Eigen::Success) return false;
  const Eigen::MatrixXd factor = cholesky.matrixL();
  return factor.diagonal().minCoeff() > std::sqrt(clear);
}

/// The joint prior that a moved parameter stands in becomes one of all moved parameters and of those that it held.
void refit_joint(Evidence& evidence, std::span<const std::string> moved, const Eigen::MatrixXd& among_moved,
                 const std::string& history) {
  std::vector<std::string> names(moved.begin(), moved.end());
  std::vector<JointPrior> others, touched;
  for (JointPrior& prior : evidence.joint) {
    const bool has_moved = std::any_of(prior.parameters.begin(), prior.parameters.end(), [&](const std::string& name) {
      return std::find(moved.begin(), moved.end(), name) != moved.end();
    });
    (has_moved ? touched : others).push_back(prior);
  }
  if (moved.size() < 2 && touched.empty()) return;
  for (const JointPrior& prior : touched)
    for (const std::string& name : prior.parameters)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);

  const auto size = static_cast<Eigen::Index>(names.size());
  const auto count = static_cast<Eigen::Index>(moved.size());
  Eigen::MatrixXd whole = Eigen::MatrixXd::Identity(size, size);
  const auto place = [&](const std::string& name) {
    return static_cast<Eigen::Index>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  for (const JointPrior& prior : touched)
    for (std::size_t i = 0; i < prior.parameters.size(); ++i)
      for (std::size_t j = 0; j < prior.parameters.size(); ++j)
        whole(place(prior.parameters[i]), place(prior.parameters[j])) = prior.correlation[i][j];
  whole.topLeftCorner(count, count) = among_moved;
  double kept = 1;  // of what was said about a moved and an unmoved parameter
  constexpr double smallest_kept = 0.01;
  const auto shrink = [&](double factor) {
    whole.topRightCorner(count, size - count) *= factor;
    whole.bottomLeftCorner(size - count, count) *= factor;
  };
  while (!is_correlation(whole) && kept > smallest_kept) {
    shrink(0.5);
    kept /= 2;
  }
  if (!is_correlation(whole)) {
    shrink(0);
    kept = 0;
  }

  JointPrior joint;
  joint.parameters = names;
  for (Eigen::Index i = 0; i < size; ++i) {
    joint.correlation.emplace_back();
    for (Eigen::Index j = 0; j < size; ++j) joint.correlation.back().push_back(i == j ? 1.0 : rounded(whole(i, j)));
  }
  joint.source = touched.empty() ? history : touched.front().source + "; " + history;
  if (size > count && kept < 1)
    joint.source += fmt::format("; correlations of moved with unmoved parameters times {:g}", kept);
  others.push_back(joint);
  evidence.joint = std::move(others);
}

}  // namespace

Evidence moving_only(Evidence evidence, std::span<const std::string> parameters) {
  for (const std::string& name : parameters) {
    const Parameter& parameter = parameter_of(evidence, name);
    require(parameter.uncertainty.kind != Kind::fixed && parameter.draw.empty(), "what moves is uncertain, and alone");
  }
  for (Parameter& parameter : evidence.parameters)
    if (std::find(parameters.begin(), parameters.end(), parameter.name) == parameters.end()) {
      parameter.uncertainty = {};
      parameter.draw.clear();
    }
  return evidence;
}

std::vector<std::vector<double>> draws_of(const Evidence& evidence, std::span<const std::string> parameters,
                                          std::uint64_t seed, std::int64_t draws) {
  const ParameterDraws source(evidence);
  std::vector<std::vector<double>> values(parameters.size());
  for (std::int64_t d = 0; d < draws; ++d) {
    const ParameterValues drawn = source.draw(seed, static_cast<std::uint32_t>(d));
    for (std::size_t k = 0; k < parameters.size(); ++k) values[k].push_back(drawn.at(parameters[k]));
  }
  return values;
}

double smallest_effective_sample_size(std::size_t parameters) {
  constexpr double of_a_mean = 50, per_parameter = 25;
  return of_a_mean + per_parameter * static_cast<double>(parameters);
}

Evidence refit(Evidence evidence, std::span<const std::string> parameters,
               const std::vector<std::vector<double>>& draws, const ImportanceWeights& weights,
               const std::string& history) {
  const double smallest = smallest_effective_sample_size(parameters.size());
  if (weights.effective_sample_size < smallest)
    throw NumericalFailure(explain(
        fmt::format("the effective sample size is {:.0f} of {} draws", weights.effective_sample_size, draws[0].size()),
        fmt::format("{:g} are needed for {} parameters: 50, and 25 for each", smallest, parameters.size()),
        "take more draws, or ask whether targets and parameters contradict each other"));
  constexpr double unreliable = 0.7;
  if (weights.pareto_k >= unreliable)
    throw NumericalFailure(explain(fmt::format("the weights have a Pareto shape of {:.2f}", weights.pareto_k),
                                   "from 0.7 on a few draws decide everything", "take more draws, or wider laws"));
  const auto size = static_cast<Eigen::Index>(parameters.size());
  Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(size, size);
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < i; ++j) {
      const auto on_scale = [&](Eigen::Index k) {
        const auto place = static_cast<std::size_t>(k);
        return on_scale_of(parameter_of(evidence, parameters[place]), draws[place]);
      };
      correlation(i, j) = correlation(j, i) = weighted_correlation(on_scale(i), on_scale(j), weights.weight);
    }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    Parameter& parameter = parameter_of(evidence, parameters[k]);
    refit_law(parameter, draws[k], weights.weight);
    parameter.source += "; " + history;
    parameter.strength = std::max(parameter.strength, Strength::derived);
  }
  refit_joint(evidence, parameters, correlation, history);
  return evidence;
}

Table calibrated_parameters(std::span<const std::string> parameters, const std::vector<std::vector<double>>& draws,
                            const ImportanceWeights& weights) {
  const std::vector<double> equal(weights.weight.size(), 1 / static_cast<double>(weights.weight.size()));
  Table table{"/calibration/parameters", "The moved parameters before and after: one row per parameter and state", {}};
  struct Row {
    std::size_t parameter;
    bool after;
    WeightedSummary summary;
  };
  std::vector<Row> rows;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    for (const bool after : {false, true})
      rows.push_back({k, after, weighted_summary(draws[k], after ? weights.weight : equal)});
  const Columns column(table, rows);
  const auto of = [&](auto member) { return [=](const Row& row) { return row.summary.*member; }; };
  column("parameter", "", "name", [&](const Row& row) { return parameters[row.parameter]; });
  column("state", "", "before: the draws as they are; after: weighted",
         [](const Row& row) { return row.after ? "after" : "before"; });
  column("mean", "of the parameter", "mean of the draws", of(&WeightedSummary::mean));
  column("sd", "of the parameter", "their standard deviation", of(&WeightedSummary::sd));
  column("p025", "of the parameter", "2.5 % quantile", of(&WeightedSummary::lower));
  column("p50", "of the parameter", "median", of(&WeightedSummary::median));
  column("p975", "of the parameter", "97.5 % quantile", of(&WeightedSummary::upper));
  return table;
}

Table calibrated_fit(std::span<const Target> targets, const std::vector<std::vector<double>>& simulated,
                     const ImportanceWeights& weights) {
  std::vector<double> equal(weights.weight.size());
  Table table{"/calibration/fit", "Targets and what the draws simulate before and after: one row per target", {}};
  struct Row {
    const Target& target;
    WeightedSummary before, after;

    double distance(const WeightedSummary& of) const {
      return (target.value - of.mean) / std::sqrt(of.sd * of.sd + target.se * target.se);
    }
  };
  std::vector<Row> rows;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    for (std::size_t d = 0; d < equal.size(); ++d) equal[d] = std::isfinite(simulated[t][d]) ? 1.0 : 0.0;
    rows.push_back({targets[t], weighted_summary(simulated[t], equal), weighted_summary(simulated[t], weights.weight)});
  }
  const Columns column(table, rows);
  column("target", "", "published figure", [](const Row& row) { return row.target.name; });
  column("value", "of the figure", "as published, after the discount that was asked for",
         [](const Row& row) { return row.target.value; });
  column("se", "of the figure", "its standard error, likewise", [](const Row& row) { return row.target.se; });
  column("before", "of the figure", "mean that the draws simulate", [](const Row& row) { return row.before.mean; });
  column("before_sd", "of the figure", "their standard deviation", [](const Row& row) { return row.before.sd; });
  column("before_z", "1", "distance of the target in SDs of draws and target together",
         [](const Row& row) { return row.distance(row.before); });
  column("after", "of the figure", "weighted mean of the draws", [](const Row& row) { return row.after.mean; });
  column("after_sd", "of the figure", "weighted standard deviation", [](const Row& row) { return row.after.sd; });
  column("after_z", "1", "distance of the target, likewise", [](const Row& row) { return row.distance(row.after); });
  return table;
}

}  // namespace vcohort
