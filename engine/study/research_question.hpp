#pragma once
#include <cstdint>
#include <string>

/// What a policy question asks about the trial of the same study: is it worth its cost, and at which size. Part of
/// engine/study/policy_question.hpp.
namespace vcohort {

/// How the expected net benefit after a trial is found from simulated trials: by regression on their estimates, or by
/// reweighting the parameter draws with the likelihood of each estimate.
enum class ResearchMethod : std::uint8_t { regression, reweighting };

const char* name_of(ResearchMethod);  // "regression", "reweighting"

struct ResearchQuestion {
  double cost_fixed = 0;        // of running the trial, in the study's currency
  double cost_per_patient = 0;  // of running it, beyond what the strategies themselves cost
  std::string source;
  double delay_months = 0;  // set-up and reporting, beside accrual and follow-up
  ResearchMethod method = ResearchMethod::regression;
};

}  // namespace vcohort
