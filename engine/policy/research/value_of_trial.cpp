#include "engine/policy/research/value_of_trial.hpp"

#include <algorithm>
#include <cmath>

#include "engine/numeric/require.hpp"
#include "engine/policy/decision/draw_mean.hpp"

namespace vcohort {

using Eigen::Index;

SampleInformation value_of_trial(double willingness_to_pay, const Psa& psa, const AfterTrial& after, double evpi) {
  const Index strategies = psa.cost.cols(), draws = psa.draws();
  const auto expected = [&](Index draw, Index strategy) {
    return willingness_to_pay * after.effect(draw, strategy) - after.cost(draw, strategy);
  };
  SampleInformation found;
  // The reference is looked at first, so that it wins a tie.
  found.best = psa.reference;
  double highest = draw_mean(draws, [&](Index draw) { return expected(draw, psa.reference); });
  for (Index strategy = 0; strategy < strategies; ++strategy) {
    const double mean = draw_mean(draws, [&](Index draw) { return expected(draw, strategy); });
    if (!(mean > highest)) continue;
    found.best = strategy;
    highest = mean;
  }
  found.gain.resize(draws);
  double sum = 0;
  for (Index draw = 0; draw < draws; ++draw) {
    Index chosen = found.best;
    for (Index strategy = 0; strategy < strategies; ++strategy)
      if (expected(draw, strategy) > expected(draw, chosen)) chosen = strategy;
    sum += expected(draw, chosen) - expected(draw, found.best);
    found.gain[draw] = willingness_to_pay * (psa.effect(draw, chosen) - psa.effect(draw, found.best)) -
                       (psa.cost(draw, chosen) - psa.cost(draw, found.best));
  }
  const auto gain = [&](Index draw) { return found.gain[draw]; };
  found.raw = sum / static_cast<double>(draws);
  found.value = std::clamp(found.raw, 0.0, std::max(evpi, 0.0));
  found.mcse = draw_error(draws, draw_mean(draws, gain), gain);
  return found;
}

double patients_after(const DecisionPopulation& population, double report_months) {
  require(report_months >= 0 && std::isfinite(report_months), "a trial reports one day");
  DecisionPopulation whole = population;
  whole.prevalent = 0;  // who is there now does not wait for a trial
  const double all = discounted_patients(whole);
  constexpr double months_per_year = 12;
  const double from = report_months / months_per_year, end = population.horizon_years;
  if (from == 0) return all;
  double years = 0;
  for (double begin = from; begin < end;) {
    const double next = std::min(end, std::floor(begin) + 1);
    years += discounted_span(population.discount_rate, begin, next, population.timing);
    begin = next;
  }
  return population.uptake * population.incidence_per_year * years;
}

NetBenefitOfSampling net_benefit_of_sampling(double willingness_to_pay, const Psa& psa,
                                             const SampleInformation& information, const PricedTrial& trial,
                                             const DecisionPopulation& population) {
  if (trial.arms.size() != trial.share.size()) throw InternalError("an arm of the trial has no share of its patients");
  const auto size = static_cast<double>(trial.sample_size);
  const Index best = information.best;
  const auto forgone = [&](Index draw) {
    double sum = 0;
    for (std::size_t arm = 0; arm < trial.arms.size(); ++arm) {
      const Index strategy = trial.arms[arm];
      sum += trial.share[arm] * (willingness_to_pay * (psa.effect(draw, best) - psa.effect(draw, strategy)) -
                                 (psa.cost(draw, best) - psa.cost(draw, strategy)));
    }
    return size * sum;
  };
  NetBenefitOfSampling found;
  found.patients = patients_after(population, trial.report_months);
  found.population_evsi = found.patients * information.value;
  found.trial_cost = trial.cost_fixed + size * trial.cost_per_patient;
  found.forgone = draw_mean(psa.draws(), forgone);
  found.enbs = found.population_evsi - found.trial_cost - found.forgone;
  const auto benefit = [&](Index draw) { return found.patients * information.gain[draw] - forgone(draw); };
  found.enbs_mcse = draw_error(psa.draws(), draw_mean(psa.draws(), benefit), benefit);
  return found;
}

}  // namespace vcohort
