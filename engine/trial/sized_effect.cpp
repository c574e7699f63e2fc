#include "engine/trial/sized_effect.hpp"

#include <cmath>
#include <sstream>

#include "engine/data_model/truth.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

constexpr double rounding = 1e-12;  // of numbers of order one: a sum of written decimals

/// Three significant digits, as words are read.
std::string in_words(double number) {
  std::ostringstream text;
  text.precision(3);
  text << number;
  return text.str();
}

/// Of the analysed variable in the reference arm: as the data model states it, else of simulated patients.
Spread reference_spread(const PreparedTrial& trial, const AnalysisPlan& plan) {
  constexpr std::int64_t patients = 16384;
  const Protocol& protocol = trial.protocol;
  const std::size_t slot = protocol.slot_of(plan.endpoint), visit = protocol.visit_at(plan.visit_months);
  const std::size_t row = slot * protocol.visits_months.size() + visit;
  const bool responders = analyses_responders(plan, protocol);
  if (trial.has_data_model() && !responders)
    if (const auto implied = implied_spread(trial.marginal[slot], protocol.design.arms.front().strategy,
                                            protocol.visit_of_model(plan), plan.change_from_baseline))
      return *implied;
  const double sign = protocol.lower_is_better[slot] ? -1 : 1;
  TrialSimulator simulator(trial, false);
  const TrialData& data = simulator.simulate_replicate(PreparedTrial::description_replicate, patients);
  double n = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double value = data.observed.values[row][i];
    const double before = protocol.has_baseline[slot] ? data.participants.baseline[slot][i] : 0.0;
    const double change = analysis::difference(value, before, protocol.unit[slot]);
    const double variable = responders                  ? (sign * change >= plan.responder_threshold ? 1.0 : 0.0)
                            : plan.change_from_baseline ? change
                                                        : value;
    if (data.arm[i] != 0 || std::isnan(value) || std::isnan(variable)) continue;
    n += 1;
    sum += variable;
    squares += variable * variable;
  }
  return {sum / n, standard_deviation(n, sum, squares)};
}

/// Of a single arm.
std::string words_against(double effect, const PreparedTrial& trial, const AnalysisPlan& plan) {
  const bool share = effect_scale(plan) == EffectScale::risk_difference;
  if (method_of(plan).paired)
    return std::string("true change of the ") + (share ? "share " : "mean ") + in_words(effect) +
           (share ? "" : ", SD of changes " + in_words(reference_spread(trial, plan).sd));
  const std::string text = std::string("true ") + (share ? "share " : "mean ") + in_words(plan.against + effect) +
                           " against " + in_words(plan.against);
  return share ? text : text + ", SD " + in_words(reference_spread(trial, plan).sd);
}

std::string words_of(double effect, const PreparedTrial& trial, const AnalysisPlan& plan) {
  if (method_of(plan).single_arm) return words_against(effect, trial, plan);
  const auto ratio = [&](const char* name) {
    return std::string("true ") + name + " ratio " + in_words(exp_of(effect)) + ", log " + in_words(effect);
  };
  switch (effect_scale(plan)) {
    case EffectScale::mean_difference: {
      const char* units = trial.has_data_model() ? "" : " points";
      return trial.protocol.by_visit(trial.protocol.slot_of(plan))
                 ? "true difference " + in_words(effect) + units + ", SD " + in_words(reference_spread(trial, plan).sd)
                 : "true difference " + in_words(effect);
    }
    case EffectScale::risk_difference:
      return "true difference of risks " + in_words(effect) + ", " + in_words(reference_spread(trial, plan).mean) +
             " under the reference";
    case EffectScale::log_odds_ratio:
      return ratio("odds");
    case EffectScale::log_hazard_ratio:
      return ratio("hazard");
    case EffectScale::log_rate_ratio:
      return ratio("rate");
    case EffectScale::log_win_ratio:
      return ratio("win");
    case EffectScale::restricted_mean_difference:
      return "true difference of restricted means " + in_words(effect) + " months up to month " +
             in_words(plan.tau_months);
    case EffectScale::survival_difference:
      return "true difference of survival " + in_words(effect) + " at month " + in_words(plan.at_months);
    case EffectScale::log_subdistribution_hazard_ratio:
      return ratio("subdistribution hazard");
    case EffectScale::incidence_difference:
      return "true difference of cumulative incidence " + in_words(effect) + " at month " + in_words(plan.at_months);
    case EffectScale::superiority_share:
      break;
  }
  return "true probability of a higher value " + in_words(0.5 + effect);
}

}  // namespace

Standing standing_of(double effect, const AnalysisPlan& plan, analysis::Better better) {
  if (std::isnan(effect)) return Standing::unknown;
  const double good = better == analysis::Better::higher ? effect : -effect;
  switch (plan.hypothesis) {
    case AnalysisPlan::Hypothesis::superiority:
      if (good < -rounding) return Standing::wrong_direction;
      return good <= plan.margin + rounding ? Standing::null : Standing::alternative;
    case AnalysisPlan::Hypothesis::non_inferiority:
      return good <= -plan.margin + rounding ? Standing::null : Standing::alternative;
    case AnalysisPlan::Hypothesis::equivalence:
      break;
  }
  return std::fabs(effect) >= plan.margin - rounding ? Standing::null : Standing::alternative;
}

Study to_be_counted(Study study) {
  study.trial->replicates = 1;
  return study;
}

SizedEffect sized_effect(const Trial& trial, std::size_t analysis, std::size_t contrast) {
  const PreparedTrial& prepared = trial.prepared();
  const AnalysisPlan& plan = prepared.protocol.design.analyses[analysis];
  double effect = trial.truth().fixed()[analysis * prepared.protocol.contrasts() + contrast].value;
  const std::size_t slot = prepared.protocol.slot_of(plan);
  const bool of_hazards = prepared.has_data_model() && effect_scale(plan) == EffectScale::log_hazard_ratio &&
                          !prepared.marginal[slot].arms.empty();
  if (of_hazards) {
    // The ratio that the study states, not what an estimator tends to, which may be unknown where a day ends the trial.
    const std::optional<double> stated =
        implied_effect(prepared.marginal[slot], prepared.protocol.arm_of_contrast(contrast).strategy,
                       prepared.protocol.design.arms.front().strategy, 0, EffectScale::log_hazard_ratio, false);
    if (!stated && !std::isnan(effect))
      return {
          standing_of(effect, plan, analysis::better_direction(method_of(plan), outcome_of(plan, prepared.protocol))),
          "hazards are not proportional; the estimate tends to a hazard ratio of " + in_words(exp_of(effect))};
    effect = stated.value_or(effect);
  }
  if (std::isnan(effect)) return {Standing::unknown, "true effect unknown"};
  return {standing_of(effect, plan, analysis::better_direction(method_of(plan), outcome_of(plan, prepared.protocol))),
          words_of(effect, prepared, plan)};
}

}  // namespace vcohort
