#include "engine/trial/true_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "engine/data_model/data_model.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/data_model/mixed_law.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/trial/conditioning.hpp"
#include "engine/trial/follow_up.hpp"

namespace vcohort {

namespace {

using Of = IntercurrentEvents::Of;

constexpr double most_more = 256, most_more_of_limits = 4;  // times as many twins; those of a limit are all in memory

bool is_survival(const PreparedTrial& trial, const AnalysisPlan& plan) {
  return trial.has_data_model() && trial.protocol.kind[trial.protocol.slot_of(plan)] == OutcomeKind::survival;
}

const DataModel& stated(const PreparedTrial& trial, const AnalysisPlan& plan) {
  return trial.stated[trial.protocol.slot_of(plan)];
}

/// Whether the law of what is analysed has no closed form because more than the endpoint decides it.
bool depends_on_others(const PreparedTrial& trial, const AnalysisPlan& plan) {
  if (!trial.has_data_model()) return false;
  return is_hierarchical(plan) || trial.protocol.ended_by_others(trial.protocol.slot_of(plan)) ||
         stated(trial, plan).arms.empty();
}

/// The analyses whose estimate moves when covariates or strata enter.
bool is_conditional(const AnalysisPlan& plan) {
  return !plan.adjust.empty() || !plan.stratify.empty();
}

bool of_subgroup(const AnalysisPlan& plan) {
  return !plan.where.empty() || !plan.interaction.empty();
}

bool is_mean(EffectScale scale) {
  return scale == EffectScale::mean_difference || scale == EffectScale::risk_difference;
}

/// What does not depend on when patients are censored: areas under survival curves, and their heights.
std::optional<double> difference_of_curves(const AnalysisPlan& plan, const DataModel& model, const Arm& arm,
                                           const Arm& reference) {
  const auto difference = [&](auto of_law, double months) {
    const auto of = [&](const Arm& a) {
      double mean = 0;
      for (const MixedLaw& law : laws_of(model, static_cast<std::size_t>(a.strategy)))
        mean += law.share * of_law(law.arm, months);
      return mean;
    };
    return of(arm) - of(reference);
  };
  switch (effect_scale(plan)) {
    case EffectScale::restricted_mean_difference:
      return difference(restricted_mean, plan.tau_months);
    case EffectScale::survival_difference:
      return difference(survival_at, plan.at_months);
    default:
      return std::nullopt;
  }
}

/// At a visit; where periods are compared, the mean over them.
template <class AtVisit>
std::optional<double> over_periods(const Protocol& protocol, std::size_t visit, const AtVisit& at_visit) {
  using Units = analysis::Method::Units;
  if (protocol.units() != Units::periods && protocol.units() != Units::steps) return at_visit(visit);
  double sum = 0;
  for (std::size_t v = 0; v < protocol.visits_months.size(); ++v) {
    const std::optional<double> here = at_visit(v);
    if (!here) return std::nullopt;
    sum += *here;
  }
  return sum / static_cast<double>(protocol.visits_months.size());
}

bool unknown(const TrueValue& truth) {
  return std::isnan(truth.value);
}

}  // namespace

const std::vector<TrueValue>& TrueValues::fixed() const {
  std::call_once(computed_, [this] { compute(); });
  return fixed_;
}

void TrueValues::compute() const {
  const Protocol& protocol = trial_.protocol;
  const std::size_t contrasts = protocol.contrasts();
  fixed_.resize(protocol.design.analyses.size() * contrasts);
  const std::unique_ptr<TrialSource> source = trial_.model->source();
  source->begin_with_point_values(PreparedTrial::twin_replicate);
  for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a)
    for (std::size_t c = 0; c < contrasts; ++c) closed_form(a, c, *source, fixed_[a * contrasts + c]);
  const bool several = protocol.endpoints.size() > 1;
  if ((!protocol.by_visit() && !several) || protocol.uncertain_parameters) return;
  IntercurrentEvents events(protocol, *source);
  const std::vector<TrueValue> closed = fixed_;
  std::unique_ptr<TrialSimulator> pilot;
  const auto times_more = [&](std::size_t a, const TrueValue& found) {
    if (!pilot) {
      pilot = std::make_unique<TrialSimulator>(trial_, false);
      pilot->simulate_replicate(0, protocol.largest_size());
    }
    const double ratio = found.mcse / wanted_mcse(a, *pilot);
    return ratio > 1 ? std::min(by_twins(a) ? most_more : most_more_of_limits, ratio * ratio) : 1.0;
  };
  if (needs_twins(fixed_)) {
    twins_of(PreparedTrial::twin_replicate, 0, twins, *source, events, fixed_);
    double more = 1;
    for (std::size_t k = 0; k < fixed_.size(); ++k)
      if (std::isnan(closed[k].value) && fixed_[k].mcse > 0)
        more = std::max(more, times_more(k / contrasts, fixed_[k]));
    if (more > 1) {
      fixed_ = closed;
      const auto patients = static_cast<std::int64_t>(std::ceil(more * static_cast<double>(twins) / batch)) * batch;
      twins_of(PreparedTrial::twin_replicate, 0, patients, *source, events, fixed_);
    }
  }
  for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a) {
    const std::vector<TrueValue> before = fixed_;
    const auto of_analysis = std::span(before).subspan(a * contrasts, contrasts);
    if (by_twins(a) || !has_limit(a) || std::none_of(of_analysis.begin(), of_analysis.end(), unknown)) continue;
    limit_of(a, 1, *source, events, fixed_);
    double more = 1;
    for (std::size_t c = 0; c < contrasts; ++c)
      if (fixed_[a * contrasts + c].mcse > 0) more = std::max(more, times_more(a, fixed_[a * contrasts + c]));
    if (more > 1) {
      fixed_ = before;
      limit_of(a, more, *source, events, fixed_);
    }
  }
}

bool TrueValues::closed_form(std::size_t analysis, std::size_t contrast, const TrialSource& source,
                             TrueValue& out) const {
  const Protocol& protocol = trial_.protocol;
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  const std::size_t slot = protocol.slot_of(plan);
  const DataModel* model = trial_.has_data_model() ? &trial_.marginal[slot] : nullptr;
  if (!model || depends_on_others(trial_, plan) || !protocol.design.intercurrent.empty() ||
      analyses_responders(plan, protocol))
    return false;
  if (of_subgroup(plan)) {
    const bool everywhere_same = is_everywhere_same(plan);
    if (!everywhere_same || !plan.interaction.empty()) {
      if (everywhere_same) out = {0, 0};
      return everywhere_same;
    }
  }
  if (is_survival(trial_, plan)) return survival_limit(analysis, contrast, out);
  if (has_covariate_effects(trial_.stated[slot])) {
    if (is_of_the_reference(plan))
      model = &trial_.stated[slot];
    else if (!is_of_everybody(plan))
      return false;
  }
  // Odds ratios do not collapse over a covariate; a smallest win, and recorded decimals, make ties that the closed form
  // does not know.
  const EffectScale scale = effect_scale(plan);
  const bool wins = scale == EffectScale::log_win_ratio, ranks = wins || scale == EffectScale::superiority_share;
  if (scale == EffectScale::log_odds_ratio && is_conditional(plan) && model != &trial_.stated[slot]) return false;
  if ((wins && plan.responder_threshold > 0) || (ranks && protocol.unit[slot] > 0)) return false;
  const int arm = static_cast<int>(protocol.compared(contrast));
  const std::size_t visit = protocol.visit_of_model(plan);
  if (protocol.arms() == 1) {
    const std::optional<double> mean = implied_mean(*model, protocol.design.arms.front().strategy, visit,
                                                    plan.change_from_baseline, source.effect_shift(slot, arm));
    if (mean) out = {*mean - plan.against, 0};
    return mean.has_value();
  }
  const double shift = source.effect_shift(slot, arm) - source.effect_shift(slot, 0);
  const auto at_visit = [&](std::size_t v) {
    return implied_effect(*model, protocol.arm_of_contrast(contrast).strategy, protocol.design.arms.front().strategy, v,
                          scale, plan.change_from_baseline, shift);
  };
  const std::optional<double> effect = over_periods(protocol, visit, at_visit);
  if (!effect) return false;
  const bool mirrored = wins && protocol.lower_is_better[slot];  // a win is what is better
  out = {mirrored ? -*effect : *effect, 0};
  return true;
}

/// Whether an estimator tends to the odds ratio, or hazard ratio, of patients with the same covariates, and the study
/// states it.
bool TrueValues::is_of_the_reference(const AnalysisPlan& plan) const {
  const DataModel& model = stated(trial_, plan);
  const EffectScale scale = effect_scale(plan);
  return is_conditional(model) && !has_interactions(model) &&
         (scale == EffectScale::log_odds_ratio || scale == EffectScale::log_hazard_ratio) &&
         conditioning_of(plan, model) == Conditioning::everything;
}

/// Whether the effect is the same in all subgroups.
bool TrueValues::is_everywhere_same(const AnalysisPlan& plan) const {
  const DataModel& model = stated(trial_, plan);
  if (!has_covariate_effects(model)) return true;
  if (has_interactions(model)) return false;
  const bool same_ratio = is_of_the_reference(plan) && plan.method == "cox";
  return same_ratio || (model.kind == OutcomeKind::score && effect_scale(plan) == EffectScale::mean_difference) ||
         effect_scale(plan) == EffectScale::log_rate_ratio;
}

/// Whether covariates leave the limit of an estimator what it is over all patients.
bool TrueValues::is_of_everybody(const AnalysisPlan& plan) const {
  const DataModel& model = stated(trial_, plan);
  const EffectScale scale = effect_scale(plan);
  if (is_mean(scale)) return true;
  if (scale == EffectScale::log_rate_ratio) return !is_conditional(plan) || !has_interactions(model);
  if (is_conditional(plan)) return false;
  // Of a score the formulas have normal outcomes.
  const bool normal = std::all_of(model.covariates.begin(), model.covariates.end(), [](const DataCovariate& covariate) {
    return covariate.is_normal() || (covariate.effect.empty() && covariate.interaction.empty());
  });
  return model.kind != OutcomeKind::score || normal;
}

bool TrueValues::survival_limit(std::size_t analysis, std::size_t contrast, TrueValue& out) const {
  const Protocol& protocol = trial_.protocol;
  const Arm& arm = protocol.arm_of_contrast(contrast);
  const Arm& reference = protocol.design.arms.front();
  const double share = static_cast<double>(arm.ratio) / (arm.ratio + reference.ratio);
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  const DataModel& model = stated(trial_, plan);
  if (const std::optional<double> difference = difference_of_curves(plan, model, arm, reference)) {
    out = {*difference, 0};
    return true;
  }
  const SurvivalLimits limits = survival_limits(model, arm.strategy, reference.strategy, share);
  const std::string& method = plan.method;
  if (has_covariate_effects(model)) {
    if (is_conditional(model)) {
      // Where the arms do not differ no analysis finds anything.
      const bool known =
          (is_of_the_reference(plan) && method == "cox") || (limits.cox == 0.0 && !has_interactions(model));
      if (!known || !limits.proportional) return false;
      out = {*limits.cox, 0};
      return true;
    }
    if (is_conditional(plan)) return false;
  }
  // What depends on how long patients are followed has no closed form where a day ends the trial for all of them.
  const bool censored_by_a_day = protocol.design.final || protocol.design.looks;
  if (censored_by_a_day && !(limits.proportional && (method == "cox" || limits.cox == 0.0))) return false;
  // The partial likelihood has all arms in its risk sets.
  const bool pair = protocol.arms() == 2 || limits.proportional;
  std::optional<double> limit;
  if (method == "logrank")
    limit = limits.peto;
  else if (method == "win-ratio")
    limit = limits.log_win_ratio;
  else if (!plan.weights.empty())
    limit = limit_of_weights(analysis, arm, share);
  else if (pair)
    limit = limits.cox;
  const bool mirrored =
      method == "win-ratio" && !protocol.lower_is_better[protocol.slot_of(plan)];  // the event is the wish
  if (limit) out = {mirrored ? -*limit : *limit, 0};
  return limit.has_value();
}

/// Of several weights that of the one whose statistic is the largest in a large trial, on the side that is asked about.
std::optional<double> TrueValues::limit_of_weights(std::size_t analysis, const Arm& arm, double share) const {
  const Protocol& protocol = trial_.protocol;
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  const bool higher =
      analysis::better_direction(method_of(plan), outcome_of(plan, protocol)) == analysis::Better::higher;
  const auto height = [&](const WeightedLimit& limit) {
    return protocol.design.sides == 2 ? std::fabs(limit.drift) : higher ? limit.drift : -limit.drift;
  };
  std::optional<WeightedLimit> largest;
  for (const FlemingHarrington& weight : plan.weights) {
    const std::optional<WeightedLimit> limit =
        weighted_limit(stated(trial_, plan), arm.strategy, protocol.design.arms.front().strategy, share, weight);
    if (limit && (!largest || height(*limit) > height(*largest))) largest = limit;
  }
  return largest ? std::optional(largest->log_hazard_ratio) : std::nullopt;
}

std::string TrueValues::kind(std::size_t analysis, std::size_t contrast, bool known) const {
  const Protocol& protocol = trial_.protocol;
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  const EffectScale scale = effect_scale(plan);
  if (depends_on_others(trial_, plan)) return kind_of_limit(plan, known);
  if (!known && of_subgroup(plan) && (is_survival(trial_, plan) || !protocol.by_visit()))
    return "missing: of times to events and counts it is not computed in a subgroup";
  if (is_survival(trial_, plan)) {
    const DataModel& model = stated(trial_, plan);
    if (!known && has_covariate_effects(model) && (is_conditional(model) || is_conditional(plan)))
      return is_of_the_reference(plan)
                 ? "missing: only Cox's model estimates the hazard ratio of patients with the same covariates"
                 : "missing: the hazards that the analysis compares are not those that the study states";
    if (!known && (protocol.design.final || protocol.design.looks))
      return "missing: it depends on how long patients are followed when a day ends the trial";
    if (!known) return "missing: without proportional hazards it is known for two arms, each with events";
    if (scale != EffectScale::log_hazard_ratio) return "marginal";
    if (has_covariate_effects(model) && is_conditional(model)) return "conditional";
    const bool proportional =
        survival_limits(model, protocol.arm_of_contrast(contrast).strategy, protocol.design.arms.front().strategy, 0.5)
            .proportional;
    return proportional && plan.method == "cox" ? "marginal" : "pseudo-true";
  }
  if (!known)
    return protocol.uncertain_parameters && !by_twins(analysis)
               ? "missing: with uncertain parameters it is known per draw for differences alone"
               : "missing: the analysis has no finite limit under these outcomes";
  if (!plan.stratify.empty() && scale != EffectScale::risk_difference) return "conditional";
  if (scale != EffectScale::log_odds_ratio) return "marginal";
  if (trial_.has_data_model() && has_covariate_effects(stated(trial_, plan)) && is_of_the_reference(plan))
    return "conditional";
  TrueValue exact;
  const std::unique_ptr<TrialSource> source = trial_.model->source();
  return closed_form(analysis, contrast, *source, exact) ? "marginal" : "pseudo-true";
}

/// A tenth of the Monte Carlo standard error that the bias will have, and a little less, because it is after what the
/// analysis states in replicate 0; infinite where it states nothing.
double TrueValues::wanted_mcse(std::size_t analysis, TrialSimulator& simulator) const {
  double smallest = std::numeric_limits<double>::infinity();
  const auto n = static_cast<std::size_t>(trial_.protocol.largest_size());
  for (const TrialResult& result : simulator.analyse(analysis, n))
    if (result.ok() && result.estimate.se > 0) smallest = std::min(smallest, result.estimate.se);
  constexpr double part = 12;
  return smallest / std::sqrt(static_cast<double>(trial_.protocol.design.replicates)) / part;
}

bool TrueValues::by_twins(std::size_t analysis) const {
  const AnalysisPlan& plan = trial_.protocol.design.analyses[analysis];
  return is_mean(effect_scale(plan)) && !of_subgroup(plan) && !depends_on_others(trial_, plan);
}

/// Times to events have no limit where a day ends the trial, and closed forms are not known, but for curves at a time.
bool TrueValues::has_limit(std::size_t analysis) const {
  const TrialQuestion& design = trial_.protocol.design;
  const AnalysisPlan& plan = design.analyses[analysis];
  const bool times = is_hierarchical(plan) || is_survival(trial_, plan);
  const bool at_a_time = method_of(plan).horizon != analysis::Method::Horizon::none;
  return !times || (depends_on_others(trial_, plan) && (at_a_time || (!design.final && !design.looks)));
}

std::string TrueValues::kind_of_limit(const AnalysisPlan& plan, bool known) const {
  if (!known && trial_.protocol.uncertain_parameters)
    return "missing: with uncertain parameters it is not computed where several endpoints decide";
  if (!known)
    return has_limit(static_cast<std::size_t>(&plan - trial_.protocol.design.analyses.data()))
               ? "missing: the analysis has no finite limit under these outcomes"
               : "missing: it depends on how long patients are followed when a day ends the trial";
  const EffectScale scale = effect_scale(plan);
  const bool pseudo = scale == EffectScale::log_hazard_ratio || scale == EffectScale::log_odds_ratio ||
                      scale == EffectScale::log_subdistribution_hazard_ratio;
  return pseudo ? "pseudo-true" : "marginal";
}

bool TrueValues::needs_twins(const std::vector<TrueValue>& values) const {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (std::isnan(values[k].value) && by_twins(k / trial_.protocol.contrasts())) return true;
  return false;
}

void TrueValues::twins_of(std::uint32_t replicate, std::uint64_t first, std::int64_t patients, TrialSource& source,
                          IntercurrentEvents& events, std::vector<TrueValue>& out) const {
  const Protocol& protocol = trial_.protocol;
  const std::size_t contrasts = protocol.contrasts();
  const std::size_t visits = protocol.visits_months.size();
  struct Sums {
    double n = 0, sum = 0, squares = 0;
  };
  std::vector<Sums> sums(out.size());
  Participants participants;
  ArmOutcomes reference, arm;
  participants.next_candidate = first;
  const auto evaluate = [&](int a, ArmOutcomes& into) {
    events.evaluate(a, Of::truth, false, into);
    events.apply(Of::truth, participants, events.months(), nullptr, into);
  };
  for (std::int64_t done = 0; done < patients; done += batch) {
    source.enrol(participants.next_candidate, std::min(batch, patients - done), participants);
    if (events.any()) events.draw(replicate, participants.patient);
    const bool single = protocol.arms() == 1;
    if (!single) evaluate(0, reference);
    for (std::size_t c = 0; c < contrasts; ++c) {
      evaluate(static_cast<int>(protocol.compared(c)), arm);
      for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a) {
        const AnalysisPlan& plan = protocol.design.analyses[a];
        const std::size_t slot = protocol.slot_of(plan.endpoint);
        if (!protocol.by_visit(slot) || depends_on_others(trial_, plan)) continue;
        const std::size_t row = slot * visits + protocol.visit_at(plan.visit_months);
        const bool responders = analyses_responders(plan, protocol);
        const double sign = protocol.lower_is_better[slot] ? -1 : 1;
        Sums batch_sums;
        for (std::size_t i = 0; i < participants.size(); ++i) {
          // The baseline cancels in a difference of changes; it decides who responds, and what a single arm gains.
          const auto change = [&](double value) {
            return analysis::difference(value, participants.baseline[slot][i], protocol.unit[slot]);
          };
          const auto variable = [&](double value) {
            if (responders) return sign * change(value) >= plan.responder_threshold ? 1.0 : 0.0;
            return single && plan.change_from_baseline ? change(value) : value;
          };
          const double compared_with = single ? plan.against : variable(reference.values[row][i]);
          const double difference = variable(arm.values[row][i]) - compared_with;
          if (difference != difference) continue;  // drooling of children who do not drool
          batch_sums.n += 1;
          batch_sums.sum += difference;
          batch_sums.squares += difference * difference;
        }
        Sums& total = sums[a * contrasts + c];
        total.n += batch_sums.n;
        total.sum += batch_sums.sum;
        total.squares += batch_sums.squares;
      }
    }
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (!std::isnan(out[k].value) || sums[k].n < 2) continue;
    if (!by_twins(k / contrasts)) {
      if (sums[k].squares == 0) out[k] = {0, 0};  // nobody's outcome depends on the arm
      continue;
    }
    const double n = sums[k].n, mean = sums[k].sum / n;
    out[k] = {mean, __builtin_sqrt(std::max(0.0, sums[k].squares / n - mean * mean) / (n - 1))};
  }
}

namespace {

/// Whether no patient's outcome depends on which of two arms it is in. Rows of twins stand in batches, arm by arm.
bool same_under(const std::vector<double>& values, std::size_t arm, std::size_t arms) {
  const auto n = static_cast<std::size_t>(TrueValues::batch);
  for (std::size_t first = 0; first + arms * n <= values.size(); first += arms * n)
    for (std::size_t i = 0; i < n; ++i) {
      const double here = values[first + arm * n + i], there = values[first + i];
      if (here != there && !(std::isnan(here) && std::isnan(there))) return false;
    }
  return true;
}

/// The Monte Carlo standard error of each contrast: the same analysis on 32 parts of the patients, twins together, of
/// which the whole is about the mean. NaN where too few parts can be analysed.
std::vector<double> spread_over_parts(TrialAnalysis& method, const TrialData& data, std::size_t arms) {
  constexpr std::size_t parts = 32;
  const std::size_t total = data.arm.size();
  const auto n = static_cast<std::size_t>(TrueValues::batch);
  std::vector<double> count(arms - 1), sum(arms - 1), squares(arms - 1), spread(arms - 1);
  for (std::size_t part = 0; part < parts; ++part) {
    TrialData here;
    const auto take = [&](auto& to, const auto& from) {
      for (std::size_t k = 0; k < total; ++k)
        if (k % n * parts / n == part) to.push_back(from[k]);
    };
    const auto take_columns = [&](auto& to, const auto& from) {
      to.resize(from.size());
      for (std::size_t k = 0; k < from.size(); ++k)
        if (!from[k].empty()) take(to[k], from[k]);
    };
    take(here.arm, data.arm);
    take_columns(here.observed.values, data.observed.values);
    take_columns(here.observed.time, data.observed.time);
    take_columns(here.event, data.event);
    take_columns(here.competed, data.competed);
    take_columns(here.participants.numeric, data.participants.numeric);
    take_columns(here.participants.factor, data.participants.factor);
    take_columns(here.participants.baseline, data.participants.baseline);
    take(here.participants.patient, data.participants.patient);
    const std::span<const TrialResult> results = method.run(here, {.enrolled = here.arm.size()});
    for (std::size_t c = 0; c + 1 < arms; ++c) {
      const double estimate = results[c].estimate.estimate;
      if (!results[c].ok() || !std::isfinite(estimate)) continue;
      count[c] += 1;
      sum[c] += estimate;
      squares[c] += estimate * estimate;
    }
  }
  for (std::size_t c = 0; c + 1 < arms; ++c)
    spread[c] = standard_deviation(count[c], sum[c], squares[c]) / std::sqrt(count[c]);
  return spread;
}

}  // namespace

/// The analysis on a trial in which every patient is once in each arm.
void TrueValues::limit_of(std::size_t analysis, double more, TrialSource& source, IntercurrentEvents& events,
                          std::vector<TrueValue>& out) const {
  const Protocol& protocol = trial_.protocol;
  AnalysisPlan plan = protocol.design.analyses[analysis];
  plan.firth = AnalysisPlan::Firth::never;                            // the penalty has no weight in the limit
  constexpr std::int64_t limit_twins = 16384, pairwise_twins = 2048;  // a win ratio compares all pairs
  const std::int64_t fewest = plan.method == "win-ratio" ? pairwise_twins : limit_twins;
  const auto patients = static_cast<std::int64_t>(std::ceil(more * static_cast<double>(fewest) / batch)) * batch;
  const std::size_t slot = protocol.slot_of(plan.endpoint), visits = protocol.visits_months.size();
  const bool several = protocol.endpoints.size() > 1;
  TrialData data;
  Participants participants;
  ArmOutcomes outcomes;
  const std::size_t arms = protocol.arms();
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  const auto append_columns = [&](auto& to, const auto& from) {
    to.resize(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) append(to[k], from[k]);
  };
  for (std::int64_t done = 0; done < patients; done += batch) {
    source.enrol(participants.next_candidate, std::min(batch, patients - done), participants);
    if (events.any()) events.draw(PreparedTrial::twin_replicate, participants.patient);
    for (int arm = 0; arm < static_cast<int>(arms); ++arm) {
      events.evaluate(arm, Of::truth, false, outcomes);
      events.apply(Of::truth, participants, events.months(), nullptr, outcomes);
      data.observed.values.resize(outcomes.values.size());  // but for the analysed endpoint they stay empty
      for (std::size_t k = several ? 0 : slot * visits; k < (several ? outcomes.values.size() : (slot + 1) * visits);
           ++k)
        append(data.observed.values[k], outcomes.values[k]);
      if (several) append_columns(data.observed.time, outcomes.time);
      append(data.participants.patient, participants.patient);
      append_columns(data.participants.numeric, participants.numeric);
      append_columns(data.participants.factor, participants.factor);
      append_columns(data.participants.baseline, participants.baseline);
      data.arm.resize(data.arm.size() + participants.size(), arm);
    }
  }
  if (several && protocol.has_events()) {
    std::vector<double> ended;
    data.exit_months.assign(data.arm.size(), std::numeric_limits<double>::infinity());
    follow_up(protocol, data, ended);
  }
  TrialAnalysis method(plan, protocol, false);
  const auto same_in_arm = [&](std::size_t arm) {
    const auto same = [&](std::size_t of, double months) {
      return same_under(protocol.by_visit(of) ? data.observed.values[of * visits + protocol.visit_at(months)]
                                              : data.observed.time[of],
                        arm, arms);
    };
    if (!is_hierarchical(plan)) return same(slot, plan.visit_months);
    return std::all_of(plan.hierarchy.begin(), plan.hierarchy.end(), [&](const HierarchyLevel& level) {
      return same(protocol.slot_of(level.endpoint), level.visit_months);
    });
  };
  const std::vector<double> spread = spread_over_parts(method, data, arms);
  const std::span<const TrialResult> results = method.run(data, {.enrolled = data.arm.size()});
  for (std::size_t c = 0; c + 1 < arms; ++c) {
    TrueValue& value = out[analysis * (arms - 1) + c];
    if (!unknown(value)) continue;
    if (same_in_arm(c + 1))
      value = {0, 0};
    else if (results[c].ok() && std::isfinite(results[c].estimate.estimate))
      value = {results[c].estimate.estimate, std::isnan(spread[c]) ? results[c].estimate.se : spread[c]};
  }
}

void TrueValues::of_replicate(std::uint32_t replicate, TrialSimulator& simulator, std::vector<TrueValue>& out) const {
  out = fixed();
  const Protocol& protocol = trial_.protocol;
  if (!protocol.uncertain_parameters) return;
  const std::size_t contrasts = protocol.contrasts();
  for (std::size_t k = 0; k < out.size(); ++k)
    if (!closed_form(k / contrasts, k % contrasts, simulator.source(), out[k])) out[k] = {};
  if (!protocol.by_visit() || std::none_of(out.begin(), out.end(), unknown)) return;
  // The mean of a single arm has the spread between patients, which twins do not share.
  const std::int64_t times_the_trial = protocol.arms() == 1 ? 32 : 2;
  twins_of(replicate, first_twin_of_draw, std::max(batch, times_the_trial * protocol.largest_size()),
           simulator.source(), simulator.events(), out);
}

}  // namespace vcohort
