#include "engine/analysis/exact_binomial.hpp"

#include <algorithm>
#include <cmath>

#include "engine/analysis/weights_outward.hpp"
#include "engine/numeric/beta_quantile.hpp"

namespace vcohort::analysis {
namespace {

double real(std::int64_t count) {
  return static_cast<double>(count);
}

/// The binomial probabilities of 0 ... `patients` events, up to a factor.
std::span<double> binomial_weights(std::int64_t patients, double share, Workspace& workspace) {
  const auto weights = workspace.reals(0, static_cast<std::size_t>(patients) + 1);
  const double n = real(patients), odds = share / (1 - share);
  const auto mode = std::clamp(static_cast<std::int64_t>((n + 1) * share), std::int64_t{0}, patients);
  weights_outward(
      0, mode, [n, odds](double x) { return (n - x) / (x + 1) * odds; }, weights);
  return weights;
}

/// Of the analysed patients; the events are negative where an outcome is neither 0 nor 1.
struct Count {
  std::int64_t events = 0, patients = 0;
};

Count count(const Dataset& data) {
  Count count;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double outcome = data.outcome[i];
    if (data.arm[i] != 0 || outcome != outcome) continue;
    if (outcome != 0 && outcome != 1) return {-1, 1};
    count.events += outcome == 1;
    ++count.patients;
  }
  return count;
}

}  // namespace

BinomialP exact_binomial(std::int64_t events, std::int64_t patients, double against, Workspace& workspace) {
  constexpr double tie = 1 + 1e-7;
  const auto weights = binomial_weights(patients, against, workspace);
  const double observed = weights[events];
  double below = 0, above = 0, as_rare = 0, total = 0;
  for (std::int64_t x = 0; x <= patients; ++x) {
    const double weight = weights[x];
    total += weight;
    if (x <= events) below += weight;
    if (x >= events) above += weight;
    if (weight <= observed * tie) as_rare += weight;
  }
  return {std::min(1.0, as_rare / total), std::min(1.0, below / total), std::min(1.0, above / total)};
}

ShareInterval clopper_pearson(std::int64_t events, std::int64_t patients, double level) {
  const double x = real(events), n = real(patients), tail = (1 - level) / 2;
  return {events == 0 ? 0.0 : beta_quantile(x, n - x + 1, tail),
          events == patients ? 1.0 : 1 - beta_quantile(n - x, x + 1, tail)};
}

Estimate compare_share(const Dataset& data, double against, const Inference& inference, Workspace& workspace) {
  const auto [events, patients] = count(data);
  if (patients == 0) return failed(Failure::empty_arm);
  if (events < 0) return failed(Failure::not_finite);
  const double n = real(patients), share = real(events) / n;
  const auto p = exact_binomial(events, patients, against, workspace);
  const auto interval = clopper_pearson(events, patients, inference.level);
  Estimate estimate;
  estimate.reference = Reference::exact;
  estimate.patients = static_cast<int>(patients);
  estimate.estimate = share - against;
  estimate.se = std::sqrt(share * (1 - share) / n);
  estimate.statistic = estimate.estimate / std::sqrt(against * (1 - against) / n);
  estimate.lower = interval.lower - against;
  estimate.upper = interval.upper - against;
  estimate.p = p.two_sided;
  estimate.p_less = p.less;
  estimate.p_greater = p.greater;
  return estimate;
}

void fit_exact_binomial(const Dataset& data, const Options& options, const Inference& inference, Workspace& workspace,
                        std::span<Estimate> contrasts) {
  contrasts.front() = compare_share(data, options.against, inference, workspace);
}

}  // namespace vcohort::analysis
