#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/decision/patient_noise.hpp"
#include "engine/policy/research/research.hpp"
#include "engine/policy/research/value_of_trial.hpp"
#include "engine/study/ratios.hpp"

namespace vcohort {

namespace {

PricedTrial priced_trial(const Study& study, std::size_t size, double duration_months) {
  const ResearchQuestion& research = *study.policy->research;
  PricedTrial trial;
  trial.sample_size = study.trial->sample_size[size];
  const double ratios = sum_of_ratios(study.trial->arms);
  for (const Arm& arm : study.trial->arms) {
    trial.arms.push_back(arm.strategy);
    trial.share.push_back(arm.ratio / ratios);
  }
  trial.cost_fixed = research.cost_fixed;
  trial.cost_per_patient = research.cost_per_patient;
  trial.report_months = duration_months + research.delay_months;
  return trial;
}

}  // namespace

std::vector<Table> Research::deliver(TallyView region, const PolicyOutcome& outcome) const {
  const PolicyQuestion& question = *study_.policy;
  const Psa& psa = outcome.psa;
  if (psa.draws() != static_cast<Eigen::Index>(draws()))
    throw InternalError("a parameter draw of the policy question has no patients");
  const std::vector<double> willingness = thresholds_of(question);
  const DecisionPopulation population = population_of(question);
  const Psa uncertain = remove_patient_noise(psa).psa;
  std::vector<double> evpi;
  for (const double k : willingness) evpi.push_back(net_benefit_at(k, psa, uncertain).evpi);

  struct Row {
    std::int64_t sample_size = 0;
    std::size_t k = 0;  // place in the willingness to pay
    SampleInformation information;
    NetBenefitOfSampling benefit;
    double months = 0;
    std::int64_t failures = 0;
    double effective_draws = 0;

    bool worth() const { return benefit.enbs > 0; }
  };
  std::vector<Row> rows, best(willingness.size());
  for (std::size_t size = 0; size < sizes(); ++size) {
    const AfterTrial expected = after(region, size, psa);
    const double months = mean_duration(region, size);
    const PricedTrial trial = priced_trial(study_, size, months);
    std::int64_t failures = 0;
    for (std::size_t draw = 0; draw < draws(); ++draw) failures += region.counts[failed(draw, size)];
    for (std::size_t k = 0; k < willingness.size(); ++k) {
      const SampleInformation information = value_of_trial(willingness[k], psa, expected, evpi[k]);
      const NetBenefitOfSampling benefit = net_benefit_of_sampling(willingness[k], psa, information, trial, population);
      rows.push_back({trial.sample_size, k, information, benefit, months, failures, expected.effective_draws});
      if (size == 0 || benefit.enbs > best[k].benefit.enbs) best[k] = rows.back();
    }
  }
  const std::string& money = question.currency;
  const std::string ratio = money + " per " + units_of(question.effect);
  const auto k_of = [&](const Row& row) { return willingness[row.k]; };

  Table values{"/policy/research",
               "What the trial of the study is worth at every sample size: expected value of its information, its "
               "cost, and the expected net benefit of sampling",
               {}};
  const Columns column(values, rows);
  column("scenario", "", "stance of the evidence", scenario_);
  column("sample_size", "1", "children randomised", &Row::sample_size);
  column("k", ratio, "willingness to pay", k_of);
  column("evsi", money, "expected value of sample information per child, between 0 and evpi",
         [](const Row& row) { return row.information.value; });
  column("evsi_se", money, "Monte Carlo standard error of evsi", [](const Row& row) { return row.information.mcse; });
  column("evsi_raw", money, "the estimate of evsi before it was held between 0 and evpi",
         [](const Row& row) { return row.information.raw; });
  column("evpi", money, "expected value of perfect information per child", [&](const Row& row) { return evpi[row.k]; });
  column("patients", "1", "children who decide after the trial has reported, discounted, times uptake",
         [](const Row& row) { return row.benefit.patients; });
  column("population_evsi", money, "patients times evsi", [](const Row& row) { return row.benefit.population_evsi; });
  column("trial_cost", money, "fixed and per child enrolled, not discounted",
         [](const Row& row) { return row.benefit.trial_cost; });
  column("forgone", money,
         "net benefit lost by those enrolled in arms other than the strategy that is best without the trial",
         [](const Row& row) { return row.benefit.forgone; });
  column("enbs", money,
         "expected net benefit of sampling: population_evsi - trial_cost - forgone; the trial is worth its cost "
         "where it is positive",
         [](const Row& row) { return row.benefit.enbs; });
  column("enbs_se", money, "Monte Carlo standard error of enbs", [](const Row& row) { return row.benefit.enbs_mcse; });
  column("duration_months", "months", "mean from the first day of accrual to the last visit", &Row::months);
  column("failures", "1", "simulated trials, one per parameter draw, whose analysis failed: they teach nothing",
         &Row::failures);
  column("effective_draws", "1",
         "draws that share the weight after a trial, mean over trials; missing for the method regression",
         &Row::effective_draws);

  Table answers{"/policy/research_answer", "The sample size that is worth its cost, at every willingness to pay", {}};
  const Columns answer(answers, best);
  answer("scenario", "", "stance of the evidence", scenario_);
  answer("k", ratio, "willingness to pay", k_of);
  answer("worth_a_trial", "1", "whether any sample size has a positive expected net benefit of sampling", &Row::worth);
  answer("sample_size", "1", "the one with the highest; 0 where no trial is worth its cost",
         [](const Row& row) { return row.worth() ? row.sample_size : 0; });
  answer("evsi", money, "per child, of that trial; 0 without",
         [](const Row& row) { return row.worth() ? row.information.value : 0; });
  answer("enbs", money, "expected net benefit of sampling of the best size, worth its cost or not",
         [](const Row& row) { return row.benefit.enbs; });
  answer("enbs_se", money, "Monte Carlo standard error of enbs", [](const Row& row) { return row.benefit.enbs_mcse; });
  answer("without_trial", "", "the strategy that is best with what is known now",
         [&](const Row& row) { return psa.strategies[static_cast<std::size_t>(row.information.best)]; });
  return {values, answers};
}

}  // namespace vcohort
