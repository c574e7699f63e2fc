#include "engine/policy/decision/evppi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/regression.hpp"

namespace vcohort {

std::vector<Eigen::Index> parameters_named(const Psa& psa, const std::vector<std::string>& names) {
  std::vector<Eigen::Index> found;
  for (const std::string& name : names) {
    const auto place = std::find(psa.parameters.begin(), psa.parameters.end(), name);
    if (place == psa.parameters.end())
      throw InternalError(fmt::format("EVPPI was asked for the parameter \"{}\", which the PSA does not have", name));
    const Eigen::Index index = place - psa.parameters.begin();
    if (std::find(found.begin(), found.end(), index) != found.end())
      throw InternalError(fmt::format("the parameter \"{}\" stands twice in a group", name));
    found.push_back(index);
  }
  if (found.empty()) throw InternalError("a group of EVPPI names no parameter");
  return found;
}

Eigen::Index varying_among(const Psa& psa, const std::vector<Eigen::Index>& group) {
  return std::count_if(group.begin(), group.end(), [&](Eigen::Index parameter) {
    return (psa.parameter_values.col(parameter).array() != psa.parameter_values(0, parameter)).any();
  });
}

KnownParameters expect_given(const Psa& psa, const std::vector<Eigen::Index>& group) {
  const Eigen::Index strategies = psa.cost.cols();
  Eigen::MatrixXd increments(psa.draws(), 2 * strategies);
  increments << psa.cost.colwise() - psa.cost.col(psa.reference), psa.effect.colwise() - psa.effect.col(psa.reference);
  const Eigen::MatrixXd fitted = expected_given(psa.parameter_values(Eigen::all, group), increments);
  KnownParameters known{fitted.leftCols(strategies), fitted.rightCols(strategies)};
  return known;
}

Evppi evppi_at(double willingness_to_pay, const Psa& psa, const KnownParameters& known, double evpi) {
  const Eigen::Index strategies = psa.cost.cols();
  const auto fitted = [&](Eigen::Index draw, Eigen::Index strategy) {
    return willingness_to_pay * known.effect(draw, strategy) - known.cost(draw, strategy);
  };
  Eigen::Index overall = 0;
  double highest = 0;
  for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
    const double mean = draw_mean(psa.draws(), [&](Eigen::Index draw) { return fitted(draw, strategy); });
    if (strategy > 0 && !(mean > highest)) continue;
    overall = strategy;
    highest = mean;
  }
  std::vector<double> gained(static_cast<std::size_t>(psa.draws()));  // as observed
  double expected = 0;                                                // as fitted
  for (Eigen::Index draw = 0; draw < psa.draws(); ++draw) {
    Eigen::Index taken = overall;
    double best = fitted(draw, overall);
    const double without = best;
    for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
      const double benefit = fitted(draw, strategy);
      if (!(benefit > best)) continue;
      taken = strategy;
      best = benefit;
    }
    expected += best - without;
    gained[static_cast<std::size_t>(draw)] =
        willingness_to_pay * (psa.effect(draw, taken) - psa.effect(draw, overall)) -
        (psa.cost(draw, taken) - psa.cost(draw, overall));
  }
  const auto gain = [&](Eigen::Index draw) { return gained[static_cast<std::size_t>(draw)]; };
  expected /= static_cast<double>(psa.draws());
  const double observed = draw_mean(psa.draws(), gain);
  const double error = draw_error(psa.draws(), observed, gain);
  const double misfit = observed - expected;
  Evppi found;
  found.value = std::clamp(expected, 0.0, std::max(evpi, 0.0));
  found.mcse = std::sqrt(error * error + misfit * misfit);
  return found;
}

}  // namespace vcohort
