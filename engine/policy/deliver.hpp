#pragma once
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/policy/decision/patient_noise.hpp"
#include "engine/policy/policy.hpp"

/// The tables of [policy], each from the tally of all blocks.
namespace vcohort {

/// The whole population as decision analysis takes it, computed once for all tables.
struct PolicyDraws {
  Psa psa;
  NoiseRemoval without_noise;
  Eigen::MatrixXd between_patients;  // see covariance_between_patients
};

Table deliver_draws(const Policy&, const PolicyDraws&);
Table deliver_parameter_draws(const Policy&, const PolicyDraws&, const std::vector<std::string>& names);
Table deliver_patient_noise(const Policy&, const PolicyDraws&);
Table deliver_summary(const Policy&, const Tally&, const PolicyDraws&);
Table deliver_costs(const Policy&, const Tally&);
Table deliver_variance(const Policy&, const PolicyDraws&);
Table deliver_yearly(const Policy&, const Tally&);
Table deliver_budget(const Policy&, const Tally&);  // of a study with [policy.budget]
Table deliver_reporting(const Policy&);             // /policy/cheers

/// /policy/frontier, /policy/ceac, /policy/evppi and /policy/value_of_information.
std::vector<Table> deliver_decision(const Policy&, const PolicyDraws&);

Table deliver_strata(const Policy&, const Tally&);
Table deliver_eligible(const Policy&, const Tally&, const PolicyDraws&);  // of a study with an eligibility
Table deliver_equity(const Policy&, const Tally&);
Table deliver_individualised(const Policy&, const Tally&, const PolicyDraws&);

double children_of(const PolicyQuestion&);            // simulated, all draws together
std::string money_per_effect(const PolicyQuestion&);  // "USD per QALY"

}  // namespace vcohort
