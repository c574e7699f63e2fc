#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/research_question.hpp"
#include "engine/study/sensitivity_question.hpp"

/// Question 3 as a study asks it: which scheme, for whom, at what price. Part of engine/study/study.hpp.
namespace vcohort {

/// Where in a yearly cycle its flow of money or health is counted and discounted. `continuous` takes the flow in the
/// middle of the cycle and integrates the discount factor over it.
enum class FlowTiming : std::uint8_t { start, mid, end, trapezoid, continuous };
enum class Perspective : std::uint8_t { health_system, societal };
enum class UtilitySet : std::uint8_t { hui3, tto };

/// What is gained: QALYs over the horizon; the latent GMFM-66 score at a visit [points]; or whether the child then
/// stands above its twin without cells by the MCID of its level [share].
enum class PolicyEffect : std::uint8_t { qaly, gmfm66, responder };

/// What becomes of the effect beyond follow-up: the evidence's own waning goes on; it halves every half-life; it stays;
/// it is gone.
enum class Extrapolation : std::uint8_t { model, wane, hold, stop };

const char* name_of(FlowTiming);     // "start", ...
const char* name_of(Perspective);    // "health-system", "societal"
const char* name_of(UtilitySet);     // "hui3", "tto"
const char* name_of(PolicyEffect);   // "qaly", "gmfm66", "responder"
const char* name_of(Extrapolation);  // "model", "wane", "hold", "stop"
const char* units_of(PolicyEffect);  // "QALY", "points", "responders"

/// What a study knows better than the evidence about the cost of one strategy, in the study's currency.
struct StrategyCost {
  int strategy = 0;
  std::optional<double> per_infusion;         // replaces product and procedure
  std::optional<double> once;                 // replaces the preparation of the first infusion
  std::optional<double> per_visit;            // replaces the cost of a visit
  std::optional<double> visits_per_infusion;  // replaces their number
  std::string source;
};

/// Whom a decision concerns, for the value of information of a population.
struct PolicyPopulation {
  double per_year = 0;  // children who face the decision each year
  double uptake = 1;    // share of them who follow it
  double years = 10;    // for which the decision stands
};

/// The share of a strategy among the children whose turn it is, by year; the last one goes on.
struct MixShare {
  int strategy = 0;
  std::vector<double> shares;
};

/// What a payer spends in each of the next years when a new mix of strategies comes into use.
struct BudgetQuestion {
  int years = 5;
  double births_per_year = 0;
  double prevalence_per_1000 = 0;  // of live births
  double eligible_share = 1;       // of children with cerebral palsy of that age
  double from_age_years = 0;       // children become eligible at this age ...
  double to_age_years = 0;         // ... and are too old from this one on
  std::optional<double> backlog;   // eligible children when the new mix comes; otherwise births times the years between
  std::vector<double> uptake;      // share of the waiting children who ask for treatment, per year
  std::vector<double> capacity;    // children who can be treated, per year; empty: all
  std::vector<MixShare> before, after;        // of those who are treated
  std::optional<double> retreat_after_years;  // a treated child comes back
  double retreat_share = 0;                   // share of them who do
};

struct PolicyQuestion {
  int reference = 0;  // index of the strategy that increments are taken against
  std::int64_t parameter_draws = 1000;
  std::int64_t patients_per_draw = 1000;
  double horizon_years = 0;
  double discount_costs = 0, discount_effects = 0;  // per year
  FlowTiming timing = FlowTiming::mid;
  std::string currency;
  int price_year = 0;
  std::optional<double> exchange_rate;  // money of the study per money of the evidence
  std::string exchange_source;
  Perspective perspective = Perspective::health_system;
  UtilitySet utility = UtilitySet::hui3;
  PolicyEffect effect = PolicyEffect::qaly;
  double visit_months = 0;  // of an effect at a visit
  Extrapolation extrapolation = Extrapolation::model;
  double extrapolate_after_months = 0;  // since the last infusion
  double half_life_months = 0;          // of `wane`
  bool care_follows_motor = false;      // the cost of care moves with the effect
  bool uncertain_prices = false;        // prices are drawn too; otherwise every draw has their values
  double willingness_from = 0, willingness_to = 0, willingness_step = 0;  // per unit of effect
  std::vector<double> willingness_values;                                 // listed in place of the range, ascending
  std::vector<double> thresholds;  // willingness to pay at which single decisions are reported; the first leads
  std::vector<StrategyCost> costs;
  std::vector<EvppiGroup> evppi;
  std::optional<PolicyPopulation> population;
  std::optional<ResearchQuestion> research;  // needs the population, and [trial]
  std::optional<BudgetQuestion> budget;
  std::optional<SensitivityQuestion> sensitivity;
};

}  // namespace vcohort
