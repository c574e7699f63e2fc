#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/decision/patient_noise.hpp"
#include "engine/policy/research/research.hpp"
#include "engine/policy/research/value_of_trial.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

namespace {

/// Of the study's range and its thresholds.
std::vector<double> willingness_of(const PolicyQuestion& question) {
  std::vector<double> all = willingness_to_pay_of(question);
  all.insert(all.end(), question.thresholds.begin(), question.thresholds.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// As the expected value of perfect information to the population has it.
DecisionPopulation population_of(const PolicyQuestion& question) {
  const PolicyPopulation& population = *question.population;
  return {population.per_year, 0, population.uptake, population.years, question.discount_costs, question.timing};
}

TrialPlan plan_of(const Study& study, std::size_t size, double duration_months) {
  const ResearchQuestion& research = *study.policy->research;
  TrialPlan plan;
  plan.sample_size = study.trial->sample_size[size];
  double ratios = 0;
  for (const Arm& arm : study.trial->arms) ratios += arm.ratio;
  for (const Arm& arm : study.trial->arms) {
    plan.arms.push_back(arm.strategy);
    plan.share.push_back(arm.ratio / ratios);
  }
  plan.cost_fixed = research.cost_fixed;
  plan.cost_per_patient = research.cost_per_patient;
  plan.report_months = duration_months + research.delay_months;
  return plan;
}

TableRows empty_values(const PolicyQuestion& question) {
  const std::string ratio = question.currency + " per " + units_of(question.effect);
  TableRows table("/policy/research",
                  "What the trial of the study is worth at every sample size: expected value of its information, its "
                  "cost, and the expected net benefit of sampling");
  table.texts("scenario", "stance of the evidence")
      .counts("sample_size", "children randomised")
      .numbers("k", ratio, "willingness to pay")
      .numbers("evsi", question.currency, "expected value of sample information per child, between 0 and evpi")
      .numbers("evsi_se", question.currency, "Monte Carlo standard error of evsi")
      .numbers("evsi_raw", question.currency, "the estimate of evsi before it was held between 0 and evpi")
      .numbers("evpi", question.currency, "expected value of perfect information per child")
      .numbers("patients", "1", "children who decide after the trial has reported, discounted, times uptake")
      .numbers("population_evsi", question.currency, "patients times evsi")
      .numbers("trial_cost", question.currency, "fixed and per child enrolled, not discounted")
      .numbers("forgone", question.currency,
               "net benefit lost by those enrolled in arms other than the strategy that is best without the trial")
      .numbers("enbs", question.currency,
               "expected net benefit of sampling: population_evsi - trial_cost - forgone; the trial is worth its cost "
               "where it is positive")
      .numbers("enbs_se", question.currency, "Monte Carlo standard error of enbs")
      .numbers("duration_months", "months", "mean from the first day of accrual to the last visit")
      .counts("failures", "simulated trials, one per parameter draw, whose analysis failed: they teach nothing")
      .numbers("effective_draws", "1",
               "draws that share the weight after a trial, mean over trials; missing for the method regression");
  return table;
}

TableRows empty_answers(const PolicyQuestion& question) {
  TableRows table("/policy/research_answer", "The sample size that is worth its cost, at every willingness to pay");
  table.texts("scenario", "stance of the evidence")
      .numbers("k", question.currency + " per " + units_of(question.effect), "willingness to pay")
      .truths("worth_a_trial", "whether any sample size has a positive expected net benefit of sampling")
      .counts("sample_size", "the one with the highest; 0 where no trial is worth its cost")
      .numbers("evsi", question.currency, "per child, of that trial; 0 without")
      .numbers("enbs", question.currency, "expected net benefit of sampling of the best size, worth its cost or not")
      .numbers("enbs_se", question.currency, "Monte Carlo standard error of enbs")
      .texts("without_trial", "the strategy that is best with what is known now");
  return table;
}

}  // namespace

std::vector<Table> Research::deliver(TallyView region, const PolicyOutcome& outcome) const {
  const PolicyQuestion& question = *study_.policy;
  const Psa& psa = outcome.psa;
  if (psa.draws() != static_cast<Eigen::Index>(draws()))
    throw InternalError("a parameter draw of the policy question has no patients");
  const std::vector<double> willingness = willingness_of(question);
  const DecisionPopulation population = population_of(question);
  const Psa uncertain = remove_patient_noise(psa).psa;
  std::vector<double> evpi;
  for (const double k : willingness) evpi.push_back(net_benefit_at(k, psa, uncertain).evpi);

  struct Answer {
    std::int64_t sample_size = 0;
    SampleInformation information;
    NetBenefitOfSampling benefit;
  };
  std::vector<Answer> best(willingness.size());
  TableRows values = empty_values(question);
  for (std::size_t size = 0; size < sizes(); ++size) {
    const AfterTrial expected = after(region, size, psa);
    const double months = mean_duration(region, size);
    const TrialPlan plan = plan_of(study_, size, months);
    std::int64_t failures = 0;
    for (std::size_t draw = 0; draw < draws(); ++draw) failures += region.counts[failed(draw, size)];
    for (std::size_t k = 0; k < willingness.size(); ++k) {
      const SampleInformation information = value_of_trial(willingness[k], psa, expected, evpi[k]);
      const NetBenefitOfSampling benefit = net_benefit_of_sampling(willingness[k], psa, information, plan, population);
      values.row(scenario_, plan.sample_size, willingness[k], information.value, information.mcse, information.raw,
                 evpi[k], benefit.patients, benefit.population_evsi, benefit.trial_cost, benefit.forgone, benefit.enbs,
                 benefit.enbs_mcse, months, failures, expected.effective_draws);
      if (size == 0 || benefit.enbs > best[k].benefit.enbs) best[k] = {plan.sample_size, information, benefit};
    }
  }
  TableRows answers = empty_answers(question);
  for (std::size_t k = 0; k < willingness.size(); ++k) {
    const Answer& answer = best[k];
    const bool worth = answer.benefit.enbs > 0;
    answers.row(scenario_, willingness[k], truth_of(worth), worth ? answer.sample_size : std::int64_t{0},
                worth ? answer.information.value : 0.0, answer.benefit.enbs, answer.benefit.enbs_mcse,
                psa.strategies[static_cast<std::size_t>(answer.information.best)]);
  }
  return {values.take(), answers.take()};
}

}  // namespace vcohort
