#include "engine/policy/decision/net_benefit.hpp"

#include <algorithm>
#include <cmath>

#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/frontier.hpp"

namespace vcohort {

namespace {

/// Size of the numbers whose difference a net benefit is: rounding is relative to it.
double size_of(double willingness_to_pay, const Psa& psa, Eigen::Index draw, Eigen::Index strategy) {
  return std::max(std::abs(willingness_to_pay * psa.effect(draw, strategy)), std::abs(psa.cost(draw, strategy)));
}

/// Strategies that achieve the highest net benefit of a draw, up to rounding, as positions.
void find_best(double willingness_to_pay, const Psa& psa, Eigen::Index draw, const Eigen::VectorXd& nmb,
               std::vector<Eigen::Index>& best) {
  Eigen::Index highest = 0;
  for (Eigen::Index strategy = 1; strategy < nmb.size(); ++strategy)
    if (nmb[strategy] > nmb[highest]) highest = strategy;
  const double size = size_of(willingness_to_pay, psa, draw, highest);
  best.clear();
  for (Eigen::Index strategy = 0; strategy < nmb.size(); ++strategy)
    if (strategy == highest || equal_up_to_rounding(nmb[strategy], nmb[highest],
                                                    std::max(size, size_of(willingness_to_pay, psa, draw, strategy))))
      best.push_back(strategy);
}

/// Strategies that cost and gain what the reference does in every draw, as where nobody may receive them: no choices.
std::vector<bool> alike_to_reference(const Psa& psa) {
  std::vector<bool> alike(static_cast<std::size_t>(psa.cost.cols()));
  for (Eigen::Index strategy = 0; strategy < psa.cost.cols(); ++strategy)
    alike[static_cast<std::size_t>(strategy)] = strategy != psa.reference &&
                                                psa.cost.col(strategy) == psa.cost.col(psa.reference) &&
                                                psa.effect.col(strategy) == psa.effect.col(psa.reference);
  return alike;
}

void add_means(double willingness_to_pay, const Psa& psa, const Psa& uncertain, NetBenefit& found) {
  const auto benefit = [&](const Eigen::MatrixXd& effect, const Eigen::MatrixXd& cost) -> Eigen::MatrixXd {
    return willingness_to_pay * effect - cost;
  };
  const auto increment = [&](const Psa& of) {
    return benefit(increments_over(of.reference, of.effect), increments_over(of.reference, of.cost));
  };
  const StrategyMeans means = means_over_draws(benefit(psa.effect, psa.cost));
  const StrategyMeans means_over_reference = means_over_draws(increment(psa));
  const StrategyIntervals intervals = intervals_over_draws(increment(uncertain));
  found.nmb = means.mean;
  found.nmb_mcse = means.mcse;
  found.inb = means_over_reference.mean;
  found.inb_mcse = means_over_reference.mcse;
  found.inb_lower = intervals.lower;
  found.inb_upper = intervals.upper;
}

/// On ties in expected loss the reference wins, for nobody should change for nothing; then the cheapest.
Eigen::Index smallest_loss(const NetBenefit& found, const Psa& psa) {
  const double size = found.nmb.cwiseAbs().maxCoeff();
  const double smallest = found.expected_loss.minCoeff();
  const auto cost_of = [&](Eigen::Index strategy) {
    return draw_mean(psa.draws(), [&](Eigen::Index draw) { return psa.cost(draw, strategy); });
  };
  Eigen::Index best = 0;
  found.expected_loss.minCoeff(&best);
  for (Eigen::Index strategy = 0; strategy < found.nmb.size(); ++strategy) {
    if (!equal_up_to_rounding(found.expected_loss[strategy], smallest, size)) continue;
    if (strategy == psa.reference) return strategy;
    const double cost = cost_of(strategy), cheapest = cost_of(best);
    if (cost < cheapest || (cost == cheapest && strategy < best)) best = strategy;
  }
  return best;
}

}  // namespace

NetBenefit net_benefit_at(double willingness_to_pay, const Psa& observed, const Psa& uncertain) {
  NetBenefit found;
  add_means(willingness_to_pay, observed, uncertain, found);
  const Eigen::Index strategies = uncertain.cost.cols();
  const Eigen::Index draws = uncertain.draws();
  found.ceac = Eigen::VectorXd::Zero(strategies);
  found.expected_loss = Eigen::VectorXd::Zero(strategies);
  Eigen::VectorXd squared_shares = Eigen::VectorXd::Zero(strategies);
  Eigen::VectorXd squared_losses = Eigen::VectorXd::Zero(strategies);
  Eigen::VectorXd nmb(strategies);
  const std::vector<bool> alike = alike_to_reference(uncertain);
  std::vector<Eigen::Index> best, sharing;
  for (Eigen::Index draw = 0; draw < draws; ++draw) {
    for (Eigen::Index strategy = 0; strategy < strategies; ++strategy)
      nmb[strategy] = willingness_to_pay * uncertain.effect(draw, strategy) - uncertain.cost(draw, strategy);
    find_best(willingness_to_pay, uncertain, draw, nmb, best);
    sharing = best;
    std::erase_if(sharing, [&](Eigen::Index strategy) { return alike[static_cast<std::size_t>(strategy)]; });
    const double share = 1.0 / static_cast<double>(sharing.size());
    for (const Eigen::Index strategy : sharing) {
      found.ceac[strategy] += share;
      squared_shares[strategy] += share * share;
    }
    // A strategy that ties for best loses nothing; the rounding that tells them apart is no loss.
    const double highest = nmb.maxCoeff();
    for (const Eigen::Index strategy : best) nmb[strategy] = highest;
    for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
      const double loss = highest - nmb[strategy];
      found.expected_loss[strategy] += loss;
      squared_losses[strategy] += loss * loss;
    }
  }
  const auto count = static_cast<double>(draws);
  found.ceac /= count;
  found.expected_loss /= count;
  const auto error = [&](double squares, double mean) {
    if (draws < 2) return std::numeric_limits<double>::quiet_NaN();
    return std::sqrt(std::max(0.0, squares / count - mean * mean) / (count - 1));
  };
  found.ceac_mcse.resize(strategies);
  for (Eigen::Index strategy = 0; strategy < strategies; ++strategy)
    found.ceac_mcse[strategy] = error(squared_shares[strategy], found.ceac[strategy]);
  found.best = smallest_loss(found, uncertain);
  found.evpi = found.expected_loss.minCoeff();
  found.evpi_mcse = error(squared_losses[found.best], found.expected_loss[found.best]);
  return found;
}

}  // namespace vcohort
