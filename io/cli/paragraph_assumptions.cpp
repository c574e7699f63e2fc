#include "io/cli/paragraph_assumptions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/trial/sized_effect.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

namespace {

using DataArm = DataModel::DataArm;
using Units = analysis::Method::Units;

std::string source(const ParagraphSubject& of) {
  if (of.study.data_model) return justify;
  if (const ScaledEfficacy* wished = of.trial.scaled_efficacy())
    return fmt::format(
        "{} (wished for: the efficacy of the evidence '{}' is multiplied by {:.3g}; its own difference "
        "is {:.3g})",
        justify, of.of.scenario, wished->scale, wished->own);
  return fmt::format("from the evidence '{}'", of.of.scenario);
}

std::string ratio_of_means(const ParagraphSubject& of, std::size_t analysis, std::size_t contrast) {
  const double effect = of.trial.truth().fixed()[analysis * of.protocol.contrasts() + contrast].value;
  return fmt::format("true ratio of geometric means {:.4g}, logarithm {:.4g}", exp_of(effect), effect);
}

std::string effects(const ParagraphSubject& of, std::size_t analysis) {
  std::vector<std::string> words;
  for (const std::size_t contrast : of.target.contrasts)
    words.push_back(of.of_logarithms(of.plan(analysis)) ? ratio_of_means(of, analysis, contrast)
                                                        : sized_effect(of.trial, analysis, contrast).words);
  return fmt::format("{}", fmt::join(words, "; "));
}

/// Whether the numbers of arms speak of all patients.
std::string of_whom(const DataModel& model) {
  return is_conditional(model) ? ", of patients whose covariates stand at their reference" : "";
}

std::string in_percent(const std::vector<double>& shares) {
  std::vector<std::string> words;
  for (const double share : shares) words.push_back(fmt::format("{:.4g} %", 100 * share));
  return fmt::format("{}", fmt::join(words, ", "));
}

/// "20 % under control, 35 % under active"
template <class Words>
std::string under_arms(const ParagraphSubject& of, const DataModel& model, const char* between, const Words& words) {
  std::vector<std::string> arms;
  for (std::size_t place = 0; place < of.design.arms.size(); ++place)
    arms.push_back(fmt::format("{} under {}", words(of.arm_of(model, place)), of.design.arms[place].name));
  return fmt::format("{}", fmt::join(arms, between));
}

std::string shares(const ParagraphSubject& of, const DataModel& model, const AnalysisPlan& plan) {
  if (model.kind == OutcomeKind::ordinal)
    return fmt::format(" Categories from the lowest{}: {} {}.", of_whom(model),
                       under_arms(of, model, "; ", [](const DataArm& arm) { return in_percent(arm.share); }), justify);
  const std::size_t visit = of.protocol.visit_of_model(plan);
  return fmt::format(
      " Events{}: {} {}.", of_whom(model),
      under_arms(of, model, ", ", [&](const DataArm& arm) { return fmt::format("{:.4g} %", 100 * arm.share[visit]); }),
      justify);
}

/// Geometric means with the coefficient of variation of a patient, whose logarithm has the variance log(1 + cv^2).
std::string geometric(const DataModel& model, const Spread& spread) {
  const bool pairs = model.visits_months.size() == 2 && model.correlation.size() == 2;
  const double within = spread.sd * std::sqrt(1 - (pairs ? model.correlation[0][1] : 0.0));
  return fmt::format(
      "geometric mean {:.4g}, coefficient of variation{} {:.4g} % (of the logarithm: mean {:.4g}, SD {:.4g})",
      exp_of(spread.mean), pairs ? " within a patient" : "", 100 * std::sqrt(exp_of(within * within) - 1), spread.mean,
      spread.sd);
}

bool is_baseline(const std::string& covariate) {
  return covariate == "baseline";
}

std::string spreads(const ParagraphSubject& of, const DataModel& model, const AnalysisPlan& plan) {
  const std::size_t visit = of.protocol.visit_of_model(plan);
  const int reference = of.design.arms.front().strategy;
  const Spread spread = implied_spread(model, reference, visit, plan.change_from_baseline).value();
  std::string text = fmt::format(
      " Under {}: {} {}.", of.single ? "treatment" : "the reference",
      of.of_logarithms(plan) ? geometric(model, spread) : fmt::format("mean {:g}, SD {:.4g}", spread.mean, spread.sd),
      justify);
  for (std::size_t place = 1; place < of.design.arms.size(); ++place) {
    const double other =
        implied_spread(model, of.design.arms[place].strategy, visit, plan.change_from_baseline).value().sd;
    if (other != spread.sd) text += fmt::format(" SD {:.4g} under {} {}.", other, of.design.arms[place].name, justify);
  }
  if (std::ranges::none_of(plan.adjust, is_baseline) && std::ranges::none_of(plan.adjust_by_visit, is_baseline))
    return text;
  const double rho = model.correlation[visit][0];
  const double raw = model.arms[static_cast<std::size_t>(reference)].sd[visit];
  return text + fmt::format(" Correlation with the baseline {:g} {}, residual SD {:.4g}.", rho, justify,
                            raw * std::sqrt(1 - rho * rho));
}

/// "0.06 a month, from month 4 on 0.036"; with a shape "0.078 t^0.3 a month" at t months.
std::string hazards(const DataArm& arm) {
  const std::string power = arm.shape == 1 ? "" : fmt::format(" t^{:g}", arm.shape - 1);
  std::string text = fmt::format("{:.4g}{} a month", arm.shape * arm.hazard.front(), power);
  for (std::size_t piece = 1; piece < arm.hazard.size(); ++piece)
    text += fmt::format(", from month {:g} on {:.4g}{}", arm.hazard_from_months[piece], arm.shape * arm.hazard[piece],
                        power);
  return text;
}

/// The events of other endpoints after which this one is not seen.
std::string competing(const ParagraphSubject& of, const DataModel& model, const AnalysisPlan& plan) {
  if (!of.study.data_model) return {};
  const bool keeps_at_risk = method_of(plan).competing;
  std::string text;
  for (std::size_t slot = 0; slot < of.protocol.endpoints.size(); ++slot) {
    const DataModel* other = endpoint_called(*of.study.data_model, of.protocol.endpoints[slot]);
    if (!other || other->arms.empty() || !of.protocol.ends(slot, of.protocol.slot_of(plan))) continue;
    std::vector<std::string> arms = {hazards(of.arm_of(*other, 0)) + " under the reference"};
    for (std::size_t place = 1; place < of.design.arms.size(); ++place)
      arms.push_back(hazards(of.arm_of(*other, place)) + " under " + of.design.arms[place].name);
    text += fmt::format(" After {} {} is not seen any more ({}): hazards of {} {}.", other->name, model.name,
                        keeps_at_risk ? "a competing event" : "the end of observation: cause-specific hazards",
                        fmt::join(arms, "; "), justify);
  }
  return text.empty() ? text : " What was said of this event is so as if nothing else happened." + text;
}

std::string times(const ParagraphSubject& of, const DataModel& model) {
  const DataArm& reference = of.arm_of(model, 0);
  const double median = time_at_survival(reference, 0.5), end = model.follow_up_months;
  std::string text = fmt::format(" Under the reference{}: ", of_whom(model));
  text += std::isfinite(median)
              ? fmt::format("median {:.4g} months", median)
              : fmt::format("{:.1f} % without the event after {:g} months", 100 * survival_at(reference, end), end);
  if (reference.shape != 1) text += fmt::format(", Weibull with shape {:g}", reference.shape);
  if (reference.cured > 0) text += fmt::format(", {:.4g} % never have the event", 100 * reference.cured);
  text += fmt::format(" {}.", justify);
  for (std::size_t place = 1; place < of.design.arms.size(); ++place)
    if (const DataArm& arm = of.arm_of(model, place); arm.hazard.size() > 1)
      text += fmt::format(" Hazards{}: {} under the reference; {} under {} {}.",
                          reference.cured > 0 ? " of those who may have the event" : "", hazards(reference),
                          hazards(arm), of.design.arms[place].name, justify);
  return text;
}

std::string counts(const ParagraphSubject& of, const DataModel& model) {
  const DataArm& reference = of.arm_of(model, 0);
  return fmt::format(" Under the reference{}: {:g} events a month, dispersion {:g} {}.", of_whom(model), reference.rate,
                     reference.dispersion, justify);
}

std::string levels(const DataCovariate& covariate) {
  if (covariate.is_normal()) return fmt::format("mean {:g}, SD {:g}", covariate.mean, covariate.sd);
  std::vector<std::string> levels;
  for (std::size_t level = 0; level < covariate.levels.size(); ++level)
    levels.push_back(fmt::format("{} {:.4g} %", covariate.levels[level], 100 * covariate.shares[level]));
  return fmt::format("{}", fmt::join(levels, ", "));
}

/// What the patients bring with them, and what it does.
std::string covariates(const DataModel& model) {
  std::vector<std::string> said;
  for (const DataCovariate& covariate : model.covariates) {
    if (covariate.is_site()) continue;
    std::string words = fmt::format("{} ({})", covariate.name, levels(covariate));
    if (!covariate.effect.empty())
      words += fmt::format(", which adds {:.4g} to the outcome on its own scale", fmt::join(covariate.effect, ", "));
    if (!covariate.interaction.empty()) words += " and changes the effect of the treatment";
    said.push_back(words);
  }
  return said.empty() ? "" : fmt::format(" Covariates of the patients: {} {}.", fmt::join(said, "; "), justify);
}

/// Within the units that are randomised.
std::string correlations(const ParagraphSubject& of, const DataModel& model) {
  if (of.units == Units::periods) {
    std::string text =
        fmt::format(" Correlation of the two periods of a patient {:g} {}.", model.correlation[0][1], justify);
    for (const DataArm& arm : model.arms)
      if (arm.carry_over != 0) text += fmt::format(" Carry-over of {}: {:g} {}.", arm.name, arm.carry_over, justify);
    return text;
  }
  const UnitDesign& design = *of.design.design;
  std::string text = fmt::format(" Intracluster correlation {:g} {}.", *model.intracluster_correlation, justify);
  if (model.cluster_autocorrelation != 1)
    text += fmt::format(" Cluster autocorrelation {:g} {}.", model.cluster_autocorrelation, justify);
  text += fmt::format(" {} patients a cluster{}", design.cluster_size,
                      of.units == Units::steps ? fmt::format(" in each of {} periods", design.groups + 1) : "");
  if (design.cluster_size_cv > 0) text += fmt::format(", coefficient of variation {:g}", design.cluster_size_cv);
  return text + fmt::format(" {}.", justify);
}

std::string of_model(const ParagraphSubject& of, const DataModel& model, const AnalysisPlan& plan) {
  std::string text;
  switch (model.kind) {
    case OutcomeKind::score:
      text = spreads(of, model, plan);
      break;
    case OutcomeKind::binary:
    case OutcomeKind::ordinal:
      text = shares(of, model, plan);
      break;
    case OutcomeKind::survival:
      text = times(of, model) + competing(of, model, plan);
      break;
    case OutcomeKind::count:
      text = counts(of, model);
  }
  text += covariates(model);
  if (of.design.design) text += correlations(of, model);
  if (model.missing_share > 0)
    text += fmt::format(" {:.4g} % of the values are not recorded {}.", 100 * model.missing_share, justify);
  return text;
}

/// "60 under control, 64 under active"
std::string in_each_arm(const ParagraphSubject& of, const DataModel& model, const AnalysisPlan& plan) {
  if (model.kind == OutcomeKind::survival)
    return fmt::format(" Without it after {:g} months: {} {}.", model.follow_up_months,
                       under_arms(of, model, ", ",
                                  [&](const DataArm& arm) {
                                    return fmt::format("{:.4g} %", 100 * survival_at(arm, model.follow_up_months));
                                  }),
                       justify);
  if (model.kind != OutcomeKind::score || plan.change_from_baseline) return {};
  const std::size_t visit = of.protocol.visit_of_model(plan);
  return fmt::format(
      " Means: {} {}.",
      under_arms(of, model, ", ", [&](const DataArm& arm) { return fmt::format("{:g}", arm.mean[visit]); }), justify);
}

/// The endpoints of a hierarchy one after the other, each with its name.
std::string of_hierarchy(const ParagraphSubject& of, const AnalysisPlan& plan) {
  std::string text;
  for (const HierarchyLevel& level : plan.hierarchy) {
    AnalysisPlan alone = plan;
    alone.endpoint = level.endpoint;
    alone.visit_months = level.visit_months;
    alone.change_from_baseline = level.change_from_baseline;
    const DataModel* model = of.model(alone);
    text += fmt::format(" Of {}:{}", level.endpoint,
                        model ? of_model(of, *model, alone) : fmt::format(" as the first of its events {}.", justify));
    if (model) text += in_each_arm(of, *model, alone);
  }
  return text;
}

/// The endpoints that were sized, or of which a hierarchy that was sized consists.
std::vector<std::string> endpoints_sized(const ParagraphSubject& of) {
  std::vector<std::string> names;
  for (const std::size_t analysis : of.analyses) {
    const AnalysisPlan& plan = of.plan(analysis);
    if (!is_hierarchical(plan)) names.push_back(plan.endpoint);
    for (const HierarchyLevel& level : plan.hierarchy) names.push_back(level.endpoint);
    for (std::size_t slot = 0; slot < of.protocol.endpoints.size() && !is_hierarchical(plan); ++slot)
      if (of.protocol.ends(slot, of.protocol.slot_of(plan))) names.push_back(of.protocol.endpoints[slot]);
  }
  return names;
}

/// Of the normals behind each two endpoints that were sized.
std::string correlation_of_endpoints(const ParagraphSubject& of) {
  const std::vector<std::string> names = endpoints_sized(of);
  const DataModel* model = of.study.data_model ? &*of.study.data_model : nullptr;
  if (!model || names.size() < 2) return {};
  if (model->endpoint_correlation.empty()) return fmt::format(" The endpoints are independent {}.", justify);
  std::vector<std::string> pairs;
  const auto place = [&](const std::string& name) {
    return static_cast<std::size_t>(endpoint_called(*model, name) - model->endpoints.data());
  };
  for (std::size_t a = 0; a < names.size(); ++a)
    for (std::size_t b = a + 1; b < names.size(); ++b)
      if (place(names[a]) < model->endpoint_correlation.size() && place(names[b]) < model->endpoint_correlation.size())
        pairs.push_back(fmt::format("{} and {} {:g}", names[a], names[b],
                                    model->endpoint_correlation[place(names[a])][place(names[b])]));
  return fmt::format(" Correlation of the normals behind the endpoints: {} {}.", fmt::join(pairs, "; "), justify);
}

std::string sites(const DataModel& model) {
  for (const DataCovariate& site : model.covariates) {
    if (!site.is_site()) continue;
    std::string text = fmt::format(" {} sites", site.levels.size());
    if (!site.opened_months.empty())
      text += fmt::format(", opened between the months {:g} and {:g}", std::ranges::min(site.opened_months),
                          std::ranges::max(site.opened_months));
    if (site.rate_cv > 0) text += fmt::format(", coefficient of variation of their rates {:g}", site.rate_cv);
    if (site.effect_sd > 0) text += fmt::format(", SD of their effects on the outcome {:.4g}", site.effect_sd);
    return text + fmt::format(" {}.", justify);
  }
  return {};
}

/// "5.0 % a year", or "5 % by month 12, 10 % by month 24".
std::string dropout_by_time(const Dropout& dropout) {
  constexpr double months_per_year = 12;
  if (dropout.months.empty())
    return fmt::format("{:.3g} % a year", 100 * -std::expm1(-months_per_year * dropout.per_month));
  std::vector<std::string> words;
  for (std::size_t k = 0; k < dropout.months.size(); ++k)
    words.push_back(fmt::format("{:.4g} % by month {:g}", 100 * dropout.share[k], dropout.months[k]));
  return fmt::format("{}, at constant hazards in between", fmt::join(words, ", "));
}

std::string dropout(const ParagraphSubject& of) {
  if (!of.design.dropout)
    return fmt::format(" No drop-out{} {}.",
                       of.design.design && of.design.design->has_clusters() ? " beyond that of the cluster sizes" : "",
                       justify);
  const Dropout& dropout = *of.design.dropout;
  std::string how;
  if (dropout.mechanism != Dropout::Mechanism::mcar)
    how =
        fmt::format(", {} with an odds ratio of {:g} per SD of the change",
                    dropout.mechanism == Dropout::Mechanism::mar ? "at random given the last value seen"
                                                                 : "not at random: by the value that would come next,",
                    dropout.odds_ratio_per_sd);
  if (of.ended_by_a_day && !of.protocol.by_visit())
    return fmt::format(" Drop-out: {}{} {}.", dropout_by_time(dropout), how, justify);
  const std::vector<double>& lost = of.trial.prepared().expected_dropout;
  const auto [least, most] = std::ranges::minmax(lost);
  const std::string over =
      of.protocol.by_visit() ? "" : fmt::format(" over {:g} months of follow-up", of.protocol.follow_up_months);
  return least == most ? fmt::format(" Drop-out {:.1f} % of the {}{}{} {}.", 100 * most, of.people, over, how, justify)
                       : fmt::format(" Drop-out {:.1f} to {:.1f} % of the {} of an arm{} {}.", 100 * least, 100 * most,
                                     of.people, how, justify);
}

}  // namespace

std::string assumptions_of_endpoint(const ParagraphSubject& of, std::size_t analysis) {
  const AnalysisPlan& plan = of.plan(analysis);
  std::string text = fmt::format("Assumptions: {} {}.", effects(of, analysis), source(of));
  if (is_hierarchical(plan)) return text + of_hierarchy(of, plan);
  if (const DataModel* model = of.model(plan)) text += of_model(of, *model, plan);
  return text;
}

std::string assumptions_of_trial(const ParagraphSubject& of) {
  std::string text = correlation_of_endpoints(of);
  if (of.study.data_model) text += sites(*of.study.data_model);
  return text + dropout(of);
}

}  // namespace vcohort
