#include "engine/trial/trial_analysis.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/analysis/ancova.hpp"
#include "engine/analysis/bayes_rule.hpp"
#include "engine/analysis/counts.hpp"
#include "engine/analysis/cox.hpp"
#include "engine/analysis/logrank.hpp"
#include "engine/analysis/proportional_odds.hpp"
#include "engine/analysis/proportions.hpp"
#include "engine/analysis/t_test.hpp"
#include "engine/analysis/wilcoxon.hpp"
#include "engine/analysis/win_ratio.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using analysis::Estimate;
using analysis::ProportionTest;

constexpr std::array<std::pair<std::string_view, ProportionTest>, 4> proportion_methods = {{
    {"fisher", ProportionTest::fisher},
    {"chi-square", ProportionTest::chi_square},
    {"cmh", ProportionTest::cochran_mantel_haenszel},
    {"risk-difference", ProportionTest::miettinen_nurminen},
}};

const ProportionTest* proportion_test(std::string_view method) {
  for (const auto& [name, test] : proportion_methods)
    if (name == method) return &test;
  return nullptr;
}

constexpr std::array<std::pair<std::string_view, EffectScale>, 16> scales = {{
    {"t", EffectScale::mean_difference},
    {"welch", EffectScale::mean_difference},
    {"ancova", EffectScale::mean_difference},
    {"mmrm", EffectScale::mean_difference},
    {"bayes", EffectScale::mean_difference},
    {"wilcoxon", EffectScale::superiority_share},
    {"van-elteren", EffectScale::superiority_share},
    {"proportional-odds", EffectScale::log_odds_ratio},
    {"fisher", EffectScale::risk_difference},
    {"chi-square", EffectScale::risk_difference},
    {"risk-difference", EffectScale::risk_difference},
    {"cmh", EffectScale::log_odds_ratio},
    {"logrank", EffectScale::log_hazard_ratio},
    {"cox", EffectScale::log_hazard_ratio},
    {"negative-binomial", EffectScale::log_rate_ratio},
    {"win-ratio", EffectScale::log_win_ratio},
}};

analysis::Aim aim_of(AnalysisPlan::Hypothesis hypothesis) {
  switch (hypothesis) {
    case AnalysisPlan::Hypothesis::superiority:
      return analysis::Aim::superiority;
    case AnalysisPlan::Hypothesis::non_inferiority:
      return analysis::Aim::non_inferiority;
    case AnalysisPlan::Hypothesis::equivalence:
      return analysis::Aim::equivalence;
  }
  throw InternalError("a hypothesis without an aim");
}

}  // namespace

const char* trial_failure_name(int kind) {
  if (kind == static_cast<int>(TrialFailure::singular_covariance)) return "singular covariance";
  if (kind == static_cast<int>(TrialFailure::no_information)) return "no information";
  return name_of(static_cast<analysis::Failure>(kind));
}

EffectScale effect_scale(const AnalysisPlan& plan, const Protocol&) {
  for (const auto& [method, scale] : scales)
    if (method == plan.method) return scale;
  throw InvalidInput(explain("trial: unknown analysis '" + plan.method + "'", "", "see the list of methods"));
}

bool analyses_responders(const AnalysisPlan& plan, const Protocol& protocol) {
  return proportion_test(plan.method) != nullptr &&
         protocol.kind[protocol.slot_of(plan.endpoint)] == OutcomeKind::score;
}

analysis::Better better_direction(const AnalysisPlan& plan, const Protocol& protocol) {
  // Responders and wins are good whatever the direction of the score.
  if (analyses_responders(plan, protocol) || plan.method == "win-ratio") return analysis::Better::higher;
  return protocol.lower_is_better[protocol.slot_of(plan.endpoint)] ? analysis::Better::lower : analysis::Better::higher;
}

TrialAnalysis::TrialAnalysis(const AnalysisPlan& plan, const Protocol& protocol, bool p_values)
    : plan_(plan), protocol_(protocol), slot_(protocol.slot_of(plan.endpoint)) {
  const OutcomeKind kind = protocol.kind[slot_];
  const EffectScale scale = effect_scale(plan, protocol);
  const bool for_time = scale == EffectScale::log_hazard_ratio;
  const bool for_count = scale == EffectScale::log_rate_ratio;
  const bool fits = plan.method == "win-ratio" ? kind != OutcomeKind::count
                    : for_time                 ? kind == OutcomeKind::survival
                    : for_count                ? kind == OutcomeKind::count
                                               : seen_at_visits(kind);
  if (!fits)
    throw InvalidInput(explain("trial: '" + plan.method + "' does not fit the endpoint '" + plan.endpoint + "'",
                               "it analyses another kind of outcome", "choose another method"));
  if (protocol.by_visit()) visit_ = protocol.visit_at(plan.visit_months);
  if (plan.change_from_baseline && !protocol.has_baseline)
    throw InvalidInput(explain("trial: '" + plan.name + "' analyses the change from a baseline that nobody records", "",
                               "give the data model a visit at month 0"));
  by_responders_ = analyses_responders(plan, protocol);
  hypothesis_ = {aim_of(plan.hypothesis), protocol.design.sides, protocol.design.alpha, plan.margin,
                 better_direction(plan, protocol)};
  analysis::check(hypothesis_);
  inference_ = {analysis::interval_level(hypothesis_), p_values, true};
  for (const std::string& name : plan.adjust) {
    if (name == "baseline")
      adjusts_for_baseline_ = true;
    else if (is_categorical(name))
      factors_.push_back(protocol.factor_at(name));
    else
      numeric_.push_back(protocol.numeric_at(name));
  }
  for (const std::string& name : plan.stratify) {
    stratify_.push_back(protocol.factor_at(name));
    strata_ *= protocol.levels[stratify_.back()];
  }
  estimates_.resize(protocol.arms() - 1);
  factor_values_.resize(protocol.factors.size());
  if (plan.method == "mmrm") make_mixed_model();
}

void TrialAnalysis::run(const TrialData& data, std::size_t n, analysis::Workspace& workspace,
                        std::span<TrialResult> results) {
  std::fill(results.begin(), results.end(), TrialResult{});
  if (mixed_model_) {
    fit_mixed_model(data, n, workspace, results);
    return;
  }
  analysis::Dataset set;
  set.arms = static_cast<int>(protocol_.arms());
  set.arm = std::span(data.arm).first(n);
  set.baseline = std::span(data.participants.baseline[slot_]).first(n);
  if (!stratify_.empty()) {
    set.strata = strata_;
    set.stratum = strata(data, n);
  }
  const bool takes_covariates = plan_.method == "ancova" || plan_.method == "bayes" ||
                                plan_.method == "proportional-odds" || plan_.method == "cox" ||
                                plan_.method == "negative-binomial";
  if (takes_covariates) {
    covariates_.clear();
    factor_views_.clear();
    for (std::size_t place : numeric_) covariates_.push_back(std::span(data.participants.numeric[place]).first(n));
    for (std::size_t place : factors_)
      factor_views_.push_back({std::span(data.participants.factor[place]).first(n), protocol_.levels[place]});
    // Least squares takes the baseline by an option, the likelihood models as one more covariate.
    if (adjusts_for_baseline_ && plan_.method == "proportional-odds") covariates_.push_back(set.baseline);
    set.covariates = covariates_;
    set.factors = factor_views_;
  }
  if (protocol_.kind[slot_] == OutcomeKind::survival) {
    set.time = std::span(data.observed.time).first(n);
    set.event = std::span(data.event).first(n);
  } else if (protocol_.kind[slot_] == OutcomeKind::count) {
    set.outcome = std::span(data.observed.count).first(n);
    set.exposure = std::span(data.exposure).first(n);
  } else {
    set.outcome =
        by_responders_
            ? responders(data, n)
            : std::span<const double>(data.observed.values[slot_ * protocol_.visits_months.size() + visit_]).first(n);
  }
  if (plan_.method == "win-ratio") {
    ranked_ =
        set.time.empty()
            ? analysis::RankedEndpoint{set.outcome, {}, !protocol_.lower_is_better[slot_], plan_.responder_threshold}
            : analysis::RankedEndpoint{set.time, set.event, true, 0};
    set.hierarchy = std::span(&ranked_, 1);
  }
  compare_scores(set, workspace, results);
}

void TrialAnalysis::compare_scores(const analysis::Dataset& set, analysis::Workspace& workspace,
                                   std::span<TrialResult> results) {
  const std::string& method = plan_.method;
  const bool change = plan_.change_from_baseline;
  const ProportionTest* proportions = proportion_test(method);
  if (method == "ancova" || (method == "bayes" && !plan_.adjust.empty())) {
    analysis::ancova(set, {change, adjusts_for_baseline_, false}, inference_, workspace, estimates_);
  } else if (method == "proportional-odds") {
    analysis::proportional_odds(set, inference_, workspace, estimates_);
  } else if (method == "cox") {
    analysis::CoxOptions options;
    options.stratified = !stratify_.empty();
    analysis::cox(set, options, inference_, workspace, estimates_);
  } else if (method == "negative-binomial") {
    analysis::compare_counts(set, {}, inference_, workspace, estimates_);
  } else {
    for (std::size_t k = 0; k < estimates_.size(); ++k) {
      const int arm = static_cast<int>(k) + 1;
      Estimate& estimate = estimates_[k];
      if (method == "t" || method == "welch" || method == "bayes") {
        estimate = analysis::t_test(set, arm, {method == "welch", change}, inference_, workspace);
      } else if (method == "wilcoxon" || method == "van-elteren") {
        analysis::WilcoxonOptions options;
        options.stratified = method == "van-elteren";
        options.change_from_baseline = change;
        estimate = analysis::wilcoxon(set, arm, options, inference_, workspace);
      } else if (method == "logrank") {
        analysis::LogRankOptions options;
        options.stratified = !stratify_.empty();
        estimate = analysis::log_rank(set, arm, options, inference_, workspace);
      } else if (method == "win-ratio") {
        estimate = analysis::win_ratio(set, arm, {}, inference_, workspace);
      } else if (proportions) {
        const bool stratified = *proportions == ProportionTest::miettinen_nurminen && !stratify_.empty();
        const ProportionTest test = stratified ? ProportionTest::miettinen_nurminen_stratified : *proportions;
        estimate = analysis::compare_proportions(set, arm, test, inference_, workspace);
        const analysis::Decision decision =
            analysis::decide_proportions(set, arm, test, estimate, hypothesis_, workspace);
        results[k] = {estimate, decision.p, decision.rejected, decision.favourable, static_cast<int>(decision.failure)};
      } else {
        throw InternalError("an analysis without code: " + method);
      }
    }
  }
  if (proportions) return;
  for (std::size_t k = 0; k < estimates_.size(); ++k) results[k].estimate = estimates_[k];
  decide(workspace, results);
}

void TrialAnalysis::decide(analysis::Workspace& workspace, std::span<TrialResult> results) const {
  for (TrialResult& result : results) {
    if (plan_.method == "bayes") {
      analysis::BayesRule rule;
      if (plan_.prior_sd > 0) rule.prior = {plan_.prior_mean, plan_.prior_sd};
      // A margin is what a non-inferior effect may lack, and what a superior one must exceed.
      const double sign = hypothesis_.better == analysis::Better::higher ? 1 : -1;
      rule.margin = hypothesis_.aim == analysis::Aim::non_inferiority ? -sign * plan_.margin : sign * plan_.margin;
      rule.threshold = plan_.posterior_probability;
      rule.better = hypothesis_.better;
      const analysis::BayesDecision decision = analysis::decide(rule, result.estimate);
      result.p = decision.failure == analysis::Failure::none ? 1 - decision.probability : analysis::unknown;
      result.rejected = result.favourable = decision.success;
      result.failure = static_cast<int>(decision.failure);
    } else {
      const analysis::Decision decision = analysis::decide(result.estimate, hypothesis_, workspace, inference_.p_value);
      result.p = decision.p;
      result.rejected = decision.rejected;
      result.favourable = decision.favourable;
      result.failure = static_cast<int>(decision.failure);
    }
  }
}

std::span<const double> TrialAnalysis::responders(const TrialData& data, std::size_t n) {
  responder_.resize(n);
  const std::vector<double>& value = data.observed.values[slot_ * protocol_.visits_months.size() + visit_];
  const std::vector<double>& baseline = data.participants.baseline[slot_];
  const double sign = protocol_.lower_is_better[slot_] ? -1 : 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double change = sign * (value[i] - baseline[i]);
    responder_[i] = change != change ? change : (change >= plan_.responder_threshold ? 1.0 : 0.0);
  }
  return responder_;
}

std::span<const int> TrialAnalysis::strata(const TrialData& data, std::size_t n) {
  stratum_.assign(n, 0);
  for (std::size_t place : stratify_)
    for (std::size_t i = 0; i < n; ++i)
      stratum_[i] = stratum_[i] * protocol_.levels[place] + data.participants.factor[place][i];
  return stratum_;
}

}  // namespace vcohort
