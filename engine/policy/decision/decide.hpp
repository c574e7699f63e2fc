#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/policy/decision/discount.hpp"
#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// Whom a decision concerns, for the value of information to a population: uptake * (prevalent + incidence_per_year *
/// discounted years).
struct DecisionPopulation {
  double incidence_per_year = 0;
  double prevalent = 0;
  double uptake = 1;  // share who would receive the better strategy
  double horizon_years = 0;
  double discount_rate = 0;  // in [0, 1)
  FlowTiming timing = FlowTiming::mid;
};

/// Patients whom a better decision reaches, discounted.
double discounted_patients(const DecisionPopulation&);

/// That of a study, which has one.
DecisionPopulation population_of(const PolicyQuestion&);

struct DecisionQuestion {
  std::vector<double> willingness_to_pay;        // money per unit of effect
  std::vector<std::vector<std::string>> evppi;   // groups of parameters; an empty one is worth 0
  std::optional<DecisionPopulation> population;  // adds population_evpi and population_evppi
  bool plane = false;                            // the draws as increments: as many rows as draws x strategies
  std::string currency = "money";                // units of cost
  std::string effect_units = "QALY";
};

/// How many values a range of the willingness to pay may have.
inline constexpr double most_willingness_to_pay = 100'000;

/// from, from + step, ... up to `to`, which belongs to it where a step meets it; 0 <= from <= to, and a step above 0
/// where they differ.
std::vector<double> willingness_to_pay_range(double from, double to, double step);

/// The values at which a study looks at decisions, ascending: its range or its list, and its thresholds.
std::vector<double> thresholds_of(const PolicyQuestion&);

struct Decision {
  Table strategies;          // one row per strategy: mean cost and effect, increments, status, ICER
  Table willingness_to_pay;  // one row per k and strategy: nmb, ceac, ceaf, expected_loss, evpi, evppi per group
  Table evppi;               // one row per group and k; no rows without groups
  Table plane;               // one row per draw and strategy: increments; no rows unless asked for
  Table patient_noise;       // one row per strategy: SD of increments, total and between draws; no rows without noise
  std::string answer;        // one line: the best strategy by willingness to pay
  std::vector<std::string> notes;  // what a reader must know: ties, variances set to zero
};

/// The whole analysis of a PSA. CEAC, CEAF, expected loss and EVPI use draws without patient noise; means and EVPPI use
/// the draws as they are (a regression on parameters averages patients' noise out).
Decision decide(const Psa&, const DecisionQuestion&);

}  // namespace vcohort
