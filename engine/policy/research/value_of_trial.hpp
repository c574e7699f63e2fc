#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "engine/policy/decision/decide.hpp"
#include "engine/policy/decision/psa.hpp"
#include "engine/policy/research/after_trial.hpp"

namespace vcohort {

/// The expected value of sample information of one trial at one willingness to pay, per patient [money].
struct SampleInformation {
  double value = 0;       // `raw`, not below 0 nor above EVPI
  double raw = 0;         // mean over draws of (best after the trial - best without), both as expected
  double mcse = 0;        // see `gain`
  Eigen::Index best = 0;  // the strategy without the trial: the highest mean
  Eigen::VectorXd gain;   // [draw] observed net benefit of what is chosen after the trial - that of `best`
};

/// EVSI = E max_s E(NMB_s | data) - max_s E NMB_s: the decision after each trial is taken by what is expected after it.
/// Exactly zero where no trial changes the decision. The error is that of the mean of `gain`, as for EVPPI.
SampleInformation value_of_trial(double willingness_to_pay, const Psa&, const AfterTrial&, double evpi);

/// What a trial costs and whom it serves. Money in one currency, not discounted: it is spent when the trial is decided
/// on.
struct PricedTrial {
  std::int64_t sample_size = 0;
  std::vector<Eigen::Index> arms;  // the strategy of each arm
  std::vector<double> share;       // of the patients in each arm; sums to one
  double cost_fixed = 0;
  double cost_per_patient = 0;  // beside what the strategy of the arm costs
  double report_months = 0;     // from the decision to run it until decisions follow it
};

struct NetBenefitOfSampling {
  double patients = 0;         // whom the trial's result serves: see patients_after
  double population_evsi = 0;  // patients * EVSI
  double trial_cost = 0;       // cost_fixed + sample_size * cost_per_patient
  double forgone = 0;          // by those enrolled, who do not all get the best strategy; see below
  double enbs = 0;             // population_evsi - trial_cost - forgone
  double enbs_mcse = 0;        // of patients * gain - forgone of the draw, over draws
};

/// Patients who face the decision after the trial has reported and before the horizon ends, discounted and times
/// uptake: the expected incidence from `report_months` on; those who wait, and those treated before, get nothing from
/// the trial. 0 where the trial reports behind the horizon. Throws InternalError for numbers that make no sense.
double patients_after(const DecisionPopulation&, double report_months);

/// The expected net benefit of sampling of a trial. Those enrolled would otherwise have got the strategy that is best
/// without a trial; an arm's strategy gives them its own net benefit, so that the sum over arms of (patients in the
/// arm) (mean NMB of the best - mean NMB of the arm's strategy) >= 0 is forgone.
NetBenefitOfSampling net_benefit_of_sampling(double willingness_to_pay, const Psa&, const SampleInformation&,
                                             const PricedTrial&, const DecisionPopulation&);

}  // namespace vcohort
